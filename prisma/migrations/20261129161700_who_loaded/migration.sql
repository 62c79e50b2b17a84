-- The audit is asked for what became of one thing.
CREATE INDEX "audit_target_idx" ON "audit"("target", "id" DESC);

-- Who put a version of the catalogue into force, and from where it was read; nobody knows that of the versions there are.
ALTER TABLE "catalogue_version" ADD COLUMN "actor_kind" TEXT, ADD COLUMN "actor" TEXT, ADD COLUMN "read_from" TEXT;
CREATE OR REPLACE VIEW "tidemark_audience"."catalogue_version" AS
  SELECT v."id", v."accepted_at", v."hash",
    json_build_object('flows', (
      SELECT json_object_agg(f."name", (v."document" -> 'flows' -> f."name")::jsonb - 'after') FROM "tidemark_audience"."flow" f)) AS "document",
    v."schema", NULL::text AS "actor_kind", NULL::text AS "actor", NULL::text AS "read_from"
  FROM "catalogue_version" v;
