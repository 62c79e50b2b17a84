-- The files that a flow was told of or has seen, one row for each file and version, and where each of them is. A row stays for a while after its end, so that the same
-- file, told again, is known; one that a listing still sees stays as long as it does.
CREATE TABLE "inbox_file" (
    "id" BIGSERIAL NOT NULL,
    "flow_key" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "bucket" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "key_hash" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'arrived',
    "reason" TEXT,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "bytes" BIGINT,
    "sequencer" TEXT COLLATE "C",
    "modified_at" TIMESTAMPTZ(3),
    "arrived_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3),
    "taken_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "run_id" UUID,
    "fence" BIGINT,
    "rows" BIGINT,
    "rejected" BIGINT,
    "encoding" TEXT,
    "changed_bytes" BIGINT,

    CONSTRAINT "inbox_file_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "inbox_file_state_check" CHECK ("state" IN ('arrived', 'taken', 'landed', 'failed', 'gone'))
);
CREATE UNIQUE INDEX "inbox_file_flow_key_key_hash_version_key" ON "inbox_file"("flow_key", "key_hash", "version");
CREATE INDEX "inbox_file_flow_key_arrived_at_id_idx" ON "inbox_file"("flow_key", "arrived_at" DESC, "id" DESC);
CREATE INDEX "inbox_file_ended_at_idx" ON "inbox_file"("ended_at");
-- What waits, and what is under way: asked for every few seconds.
CREATE INDEX "inbox_file_waiting_idx" ON "inbox_file"("flow_key", "arrived_at", "id") WHERE "state" = 'arrived';
CREATE INDEX "inbox_file_taken_idx" ON "inbox_file"("flow_key", "run_id") WHERE "state" = 'taken';
CREATE INDEX "inbox_file_failed_idx" ON "inbox_file"("flow_key", "arrived_at" DESC, "id" DESC) WHERE "state" = 'failed';

CREATE TABLE "file_look" (
    "connection_key" TEXT NOT NULL,
    "way" TEXT NOT NULL,
    "place" TEXT NOT NULL,
    "every_ms" INTEGER NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "looked_at" TIMESTAMPTZ(3),
    "ok_at" TIMESTAMPTZ(3),
    "problem" TEXT,

    CONSTRAINT "file_look_pkey" PRIMARY KEY ("connection_key", "way", "place")
);

-- Whether what asks for a flow names a connection or a feed that is not seen.
CREATE FUNCTION "tidemark_audience"."has_unseen_trigger"("settings" JSONB) RETURNS BOOLEAN LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT 1 FROM jsonb_array_elements(coalesce("settings" -> 'on', '[]')) t(trigger)
    WHERE (EXISTS (SELECT 1 FROM "asset" a WHERE a."connection_key" = t.trigger ->> 'source')
        AND (t.trigger ->> 'source') <> ALL (ARRAY(SELECT "tidemark_audience"."seen_connections"())))
      OR EXISTS (
        SELECT 1 FROM jsonb_array_elements_text(coalesce(t.trigger -> 'feeds', '[]')) f(feed)
        WHERE NOT EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."kind" = 'feed' AND s."key" = split_part(f.feed, '/', 2))));
END;

-- What is seen names no flow, connection or feed that is not, in what asks for it either.
CREATE OR REPLACE VIEW "tidemark_audience"."flow" AS
  SELECT x."name", x."cron", x."zone",
    CASE WHEN x."after" = '{}' THEN x."after"
      ELSE ARRAY(
        SELECT u.name FROM unnest(x."after") WITH ORDINALITY u(name, place)
        WHERE u.name = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) ORDER BY u.place) END AS "after",
    CASE WHEN x."settings" ? 'on' AND "tidemark_audience"."has_unseen_trigger"(x."settings") THEN x."settings" - '{on,source}'::text[]
      WHEN x."after" = '{}' OR x."after" <@ ARRAY(SELECT "tidemark_audience"."seen_flows"()) THEN x."settings" ELSE x."settings" - 'source' END AS "settings",
    x."parameters", x."next_run_at", x."removed_at"
  FROM "flow" x WHERE x."name" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"()));

CREATE OR REPLACE VIEW "tidemark_audience"."catalogue_version" AS
  SELECT v."id", v."accepted_at", v."hash",
    json_build_object('flows', (
      SELECT json_object_agg(f."name", (v."document" -> 'flows' -> f."name")::jsonb - '{after,on}'::text[]) FROM "tidemark_audience"."flow" f)) AS "document",
    CASE WHEN v."schema" #> '{properties,flows,properties}' IS NULL THEN v."schema"
      ELSE jsonb_set(v."schema", '{properties,flows,properties}', coalesce((
        SELECT jsonb_object_agg(f.key, f.value) FROM jsonb_each(v."schema" #> '{properties,flows,properties}') f(key, value)
        WHERE f.key IN (SELECT "name" FROM "tidemark_audience"."flow")), '{}')) END AS "schema",
    NULL::text AS "actor_kind", NULL::text AS "actor", NULL::text AS "read_from"
  FROM "catalogue_version" v;

CREATE VIEW "tidemark_audience"."inbox_file" AS
  SELECT x.* FROM "inbox_file" x
  WHERE x."flow_key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"()))
    AND (x."source" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()))
      OR NOT EXISTS (SELECT 1 FROM "asset" a WHERE a."connection_key" = x."source"));

-- A place, or a queue, that a flow which is seen is told by; the place where another one looks is not told. A connection without assets is seen by such a flow.
CREATE VIEW "tidemark_audience"."file_look" AS
  SELECT x.* FROM "file_look" x
  WHERE (x."connection_key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()))
      OR NOT EXISTS (SELECT 1 FROM "asset" a WHERE a."connection_key" = x."connection_key"))
    AND EXISTS (
      SELECT 1 FROM "flow" f CROSS JOIN jsonb_array_elements(f."settings" -> 'on') t(trigger)
      WHERE f."name" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) AND t.trigger ->> 'source' = x."connection_key"
        AND CASE x."way" WHEN 'listing' THEN t.trigger ->> 'by' = 'listing' AND t.trigger ->> 'place' = x."place"
          ELSE t.trigger ->> 'kind' = 'message' OR t.trigger ->> 'by' = 'queue' END);
