#!/bin/sh
# A copy of the primary, made at the first start, that follows it until it is promoted. Options go to postgres.
# The password is read at each start and stored nowhere, so a new one needs a restart.
set -eu
PGPASSWORD=$(cat "$REPLICATION_PASSWORD_FILE")
export PGPASSWORD
primary="host=$PRIMARY_HOST port=${PRIMARY_PORT:-5432} user=replicator"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    # In a folder of its own first: a copy that was cut off must not look whole.
    rm -rf "$PGDATA/copy"
    pg_basebackup -d "$primary" -D "$PGDATA/copy" --wal-method stream --checkpoint fast
    touch "$PGDATA/copy/standby.signal"
    rm -rf "$PGDATA/postmaster.pid"
    for entry in $(ls -A "$PGDATA/copy" | grep -vx PG_VERSION); do
        rm -rf "${PGDATA:?}/$entry"
        mv "$PGDATA/copy/$entry" "$PGDATA/$entry"
    done
    mv "$PGDATA/copy/PG_VERSION" "$PGDATA/PG_VERSION" # last: from here on the copy is whole
    rmdir "$PGDATA/copy"
    chmod 700 "$PGDATA"
fi
exec postgres -D "$PGDATA" -c primary_conninfo="$primary" "$@"
