#!/bin/sh
# Once, in a new database: who may stream, and the timeouts that a pooler would drop.
set -eu
# psql reads the password itself, so no list of processes shows it.
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_USER" --set ON_ERROR_STOP=1 --set role="$POSTGRES_USER" <<'SQL'
\set password `cat "$REPLICATION_PASSWORD_FILE"`
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'password';
ALTER ROLE :"role" SET statement_timeout = '10s';
ALTER ROLE :"role" SET lock_timeout = '4s';
ALTER ROLE :"role" SET idle_in_transaction_session_timeout = '30s';
SQL
echo "host replication replicator all scram-sha-256" >> "$PGDATA/pg_hba.conf"
