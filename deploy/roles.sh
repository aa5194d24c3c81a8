#!/bin/sh
# Run by the postgres image on an empty volume: roles, database, passwords from the environment.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --file /deploy/roles.sql
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
  --set owner="$PORTAL_OWNER_PASSWORD" --set app="$PORTAL_APP_PASSWORD" <<'SQL'
ALTER ROLE portal_owner PASSWORD :'owner';
ALTER ROLE portal_app PASSWORD :'app';
SQL
