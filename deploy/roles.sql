-- Run by a superuser before the first `manage.py migrate`, and again after an update that names new roles here: what
-- exists is left as it is. Give every role a password of its own afterwards:
--   ALTER ROLE portal_public PASSWORD '…';
-- What each may touch is not said here: `migrate` grants it from the table in platform_site/faces/grants.py.
SELECT format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', name)
FROM unnest(ARRAY[
    'portal_owner', 'portal_app', 'portal_public', 'portal_trading', 'portal_supervision', 'portal_worker',
    'portal_sequencer'
]) AS name
WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) \gexec
SELECT $$CREATE DATABASE portal OWNER portal_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin
    BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'$$
WHERE NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = 'portal') \gexec
