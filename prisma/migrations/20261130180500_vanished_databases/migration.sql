-- Whether the database of a connection is there at all is asked between looks (a pulse), and believed gone once it was said twice.
ALTER TABLE "connection_state" ADD COLUMN "next_pulse_at" TIMESTAMPTZ(3), ADD COLUMN "suspected_reason" TEXT, ADD COLUMN "suspected_at" TIMESTAMPTZ(3),
  ADD COLUMN "is_gone" BOOLEAN NOT NULL DEFAULT false;
-- `select *` of a view is what it was when the view was made.
CREATE OR REPLACE VIEW "tidemark_audience"."connection_state" AS
  SELECT x.* FROM "connection_state" x WHERE x."key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()));
