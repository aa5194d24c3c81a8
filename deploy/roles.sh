#!/bin/sh
# Run by the postgres image on an empty volume: roles, database, passwords from the environment.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --file /deploy/roles.sql
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
  --set owner="$PORTAL_OWNER_PASSWORD" --set public="$PORTAL_PUBLIC_PASSWORD" \
  --set trading="$PORTAL_TRADING_PASSWORD" --set supervision="$PORTAL_SUPERVISION_PASSWORD" \
  --set worker="$PORTAL_WORKER_PASSWORD" --set sequencer="$PORTAL_SEQUENCER_PASSWORD" <<'SQL'
ALTER ROLE portal_owner PASSWORD :'owner';
ALTER ROLE portal_public PASSWORD :'public';
ALTER ROLE portal_trading PASSWORD :'trading';
ALTER ROLE portal_supervision PASSWORD :'supervision';
ALTER ROLE portal_worker PASSWORD :'worker';
ALTER ROLE portal_sequencer PASSWORD :'sequencer';
-- Everything in one process is for demo and sandbox: without a password nobody gets in by it here.
ALTER ROLE portal_app NOLOGIN;
SQL
