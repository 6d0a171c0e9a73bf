-- Create the three roles that Entrepot uses; the superuser (or a role with CREATEROLE) runs it.
-- Parameters: none. Writes: roles. Safe to repeat: an existing role is kept as it is, with its password.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['entrepot_owner', 'entrepot_app', 'entrepot_report'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', role_name);
        END IF;
    END LOOP;
END
$$
