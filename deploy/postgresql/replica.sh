#!/bin/sh
# A copy of the primary, made at the first start, that follows it. Options go to postgres.
set -eu
PGPASSWORD=$(cat "$REPLICATION_PASSWORD_FILE")
export PGPASSWORD
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    # In a folder of its own first: a copy that was cut off must not look whole.
    rm -rf "$PGDATA/copy"
    pg_basebackup -d "host=$PRIMARY_HOST port=${PRIMARY_PORT:-5432} user=replicator" -D "$PGDATA/copy" \
        --write-recovery-conf --wal-method stream --checkpoint fast
    rm -rf "$PGDATA/postmaster.pid"
    for entry in $(ls -A "$PGDATA/copy" | grep -vx PG_VERSION); do
        rm -rf "${PGDATA:?}/$entry"
        mv "$PGDATA/copy/$entry" "$PGDATA/$entry"
    done
    mv "$PGDATA/copy/PG_VERSION" "$PGDATA/PG_VERSION" # last: from here on the copy is whole
    rmdir "$PGDATA/copy"
    chmod 700 "$PGDATA"
fi
exec postgres -D "$PGDATA" "$@"
