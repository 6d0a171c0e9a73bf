-- Prepare the current database: extensions, and what each role may do with what the owner creates later.
-- Parameters: none. Run by the superuser inside the database. Writes: extensions, rights. Safe to repeat.
-- The application reads and writes rows; reports read; both may use temporary tables; neither owns anything.
DO $$
DECLARE
    existing regclass;
    granted text;
BEGIN
    CREATE EXTENSION IF NOT EXISTS btree_gist;
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE EXTENSION IF NOT EXISTS unaccent;

    -- Below a policy only functions count for an index that are known to tell nothing of what they compare. These are
    -- asked by statements of ours alone; nobody else writes statements. Who may not say so has slower lists.
    BEGIN
        ALTER FUNCTION pg_catalog.enum_eq(anyenum, anyenum) LEAKPROOF;
        ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF;
        ALTER FUNCTION pg_catalog.strpos(text, text) LEAKPROOF;
    EXCEPTION
        WHEN insufficient_privilege THEN
            RAISE NOTICE 'comparisons were not declared leakproof: %', sqlerrm;
    END;

    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT ALL ON DATABASE %I TO entrepot_owner', current_database());
    EXECUTE format(
        'GRANT CONNECT, TEMPORARY ON DATABASE %I TO entrepot_app, entrepot_report, entrepot_walled',
        current_database()
    );

    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    GRANT ALL ON SCHEMA public TO entrepot_owner;
    GRANT USAGE ON SCHEMA public TO entrepot_app, entrepot_report, entrepot_walled;

    ALTER DEFAULT PRIVILEGES FOR ROLE entrepot_owner
        GRANT USAGE ON SCHEMAS TO entrepot_app, entrepot_report, entrepot_walled;
    ALTER DEFAULT PRIVILEGES FOR ROLE entrepot_owner
        GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO entrepot_app, entrepot_walled;
    ALTER DEFAULT PRIVILEGES FOR ROLE entrepot_owner
        GRANT USAGE, SELECT ON SEQUENCES TO entrepot_app, entrepot_walled;
    ALTER DEFAULT PRIVILEGES FOR ROLE entrepot_owner
        GRANT SELECT ON TABLES TO entrepot_report;

    -- Tables of before: behind the wall the application has on each the rights that it has without.
    FOR existing IN
        SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
    LOOP
        FOREACH granted IN ARRAY ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] LOOP
            IF has_table_privilege('entrepot_app', existing, granted) THEN
                EXECUTE format('GRANT %s ON %s TO entrepot_walled', granted, existing);
            END IF;
        END LOOP;
    END LOOP;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO entrepot_walled;
END
$$
