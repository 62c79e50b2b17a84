-- A search reads what was written, each on a line of its own: before, it read JSON, in which a quote or a backslash stood otherwise than it was written, and
-- signs were found that nobody wrote.
CREATE FUNCTION "told_lines"("told" JSONB, "path" JSONPATH) RETURNS TEXT LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT string_agg(x."one" #>> '{}', E'\n') FROM jsonb_path_query("told", "path") x("one");
END;

DROP VIEW "tidemark_audience"."found_asset";

ALTER TABLE "found_asset" DROP COLUMN "place_text", DROP COLUMN "column_text",
  ADD COLUMN "place_text" TEXT NOT NULL GENERATED ALWAYS AS (lower(coalesce("owner", '') || E'\n' || coalesce("told_lines"("labels", '$.*'), ''))) STORED,
  ADD COLUMN "column_text" TEXT NOT NULL GENERATED ALWAYS AS (
    lower(coalesce("told_lines"("columns", '$[*].name'), '') || E'\n' || coalesce("told_lines"("columns", '$[*].description'), ''))) STORED;

CREATE VIEW "tidemark_audience"."found_asset" AS
  SELECT x."connection_key", x."path", x."kind", x."name", x."description", x."columns", x."owner", x."url", x."labels", NULL::jsonb AS "policy",
    '{}'::jsonb AS "settings", x."group_name", NULL::text AS "job", x."found_at", x."changed_at", x."seen_at", x."gone_at",
    x."about_text", x."place_text", x."column_text"
  FROM "found_asset" x
  WHERE EXISTS (
    SELECT 1 FROM "asset" a JOIN "tidemark_audience"."subject" s ON s."id" = a."subject_id" AND s."removed_at" IS NULL
    WHERE a."connection_key" = x."connection_key" AND a."path" = x."path");
