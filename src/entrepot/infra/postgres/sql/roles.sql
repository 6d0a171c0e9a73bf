-- Create the roles that Entrepot uses: three that log in, and two that the application works as behind the second
-- wall (infra/db/walls.py); the superuser (or a role with CREATEROLE) runs it.
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
    FOREACH role_name IN ARRAY ARRAY['entrepot_walled', 'entrepot_tenant', 'entrepot_branch'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', role_name);
        END IF;
    END LOOP;
    GRANT entrepot_walled TO entrepot_tenant, entrepot_branch;
    -- The application may become one of them, but has none of their policies until it does.
    ALTER ROLE entrepot_app NOINHERIT;
    GRANT entrepot_tenant, entrepot_branch TO entrepot_app;
    -- Without it the planner distrusts conditions of the provider's lists too. Who may not give it has slower ones.
    BEGIN
        ALTER ROLE entrepot_app BYPASSRLS;
        ALTER ROLE entrepot_report BYPASSRLS;
    EXCEPTION
        WHEN insufficient_privilege THEN
            RAISE NOTICE 'entrepot_app and entrepot_report did not get BYPASSRLS: %', sqlerrm;
    END;
END
$$
