-- What a search reads of what was found, in small letters: where it belongs (owner, labels), its columns, what it is. Written with the row, so that a search
-- over tens of thousands lowers no text and unpacks no JSON.
ALTER TABLE "found_asset"
  ADD COLUMN "place_text" TEXT NOT NULL GENERATED ALWAYS AS (lower(coalesce("owner", '') || E'\n' || jsonb_path_query_array("labels", '$.*')::text)) STORED,
  ADD COLUMN "column_text" TEXT NOT NULL GENERATED ALWAYS AS (
    lower(jsonb_path_query_array("columns", '$[*].name')::text || E'\n' || jsonb_path_query_array("columns", '$[*].description ? (@ != null)')::text)) STORED,
  ADD COLUMN "about_text" TEXT NOT NULL GENERATED ALWAYS AS (lower(coalesce("description", ''))) STORED;

-- What was found belongs to no service group, but for what is an asset: its reader sees the columns, labels and words of its own system. Why a promise was
-- proposed, and by which column, may name other tables.
CREATE OR REPLACE VIEW "tidemark_audience"."found_asset" AS
  SELECT x."connection_key", x."path", x."kind", x."name", x."description", x."columns", x."owner", x."url", x."labels", NULL::jsonb AS "policy",
    '{}'::jsonb AS "settings", x."group_name", NULL::text AS "job", x."found_at", x."changed_at", x."seen_at", x."gone_at",
    x."place_text", x."column_text", x."about_text"
  FROM "found_asset" x
  WHERE EXISTS (
    SELECT 1 FROM "asset" a JOIN "tidemark_audience"."subject" s ON s."id" = a."subject_id" AND s."removed_at" IS NULL
    WHERE a."connection_key" = x."connection_key" AND a."path" = x."path");
