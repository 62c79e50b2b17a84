-- What people call a connection, where the catalogue says it; else it goes by its key. `select *` of a view is what it was when the view was made.
ALTER TABLE "connection_state" ADD COLUMN "name" TEXT;
CREATE OR REPLACE VIEW "tidemark_audience"."connection_state" AS
  SELECT x.* FROM "connection_state" x WHERE x."key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()));
