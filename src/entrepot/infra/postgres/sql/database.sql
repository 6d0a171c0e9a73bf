-- Prepare the current database: extensions, and what each role may do with what the owner creates later.
-- Parameters: none. Run by the superuser inside the database. Writes: extensions, rights. Safe to repeat.
-- The application reads and writes rows; reports read; both may use temporary tables; neither owns anything.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS btree_gist;
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE EXTENSION IF NOT EXISTS unaccent;

    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT ALL ON DATABASE %I TO entrepot_owner', current_database());
    EXECUTE format(
        'GRANT CONNECT, TEMPORARY ON DATABASE %I TO entrepot_app, entrepot_report', current_database()
    );

    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    GRANT ALL ON SCHEMA public TO entrepot_owner;
    GRANT USAGE ON SCHEMA public TO entrepot_app, entrepot_report;

    ALTER DEFAULT PRIVILEGES FOR ROLE entrepot_owner
        GRANT USAGE ON SCHEMAS TO entrepot_app, entrepot_report;
    ALTER DEFAULT PRIVILEGES FOR ROLE entrepot_owner
        GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO entrepot_app;
    ALTER DEFAULT PRIVILEGES FOR ROLE entrepot_owner
        GRANT USAGE, SELECT ON SEQUENCES TO entrepot_app;
    ALTER DEFAULT PRIVILEGES FOR ROLE entrepot_owner
        GRANT SELECT ON TABLES TO entrepot_report;
END
$$
