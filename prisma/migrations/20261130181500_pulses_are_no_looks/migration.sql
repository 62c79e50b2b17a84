-- That the database of a connection is there says nothing of what lies in it: when it was there last stands apart from when somebody looked.
ALTER TABLE "connection_state" ADD COLUMN "pulse_ok_at" TIMESTAMPTZ(3);
CREATE OR REPLACE VIEW "tidemark_audience"."connection_state" AS
  SELECT x.* FROM "connection_state" x WHERE x."key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()));
