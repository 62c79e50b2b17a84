-- Whoever tells of columns may not know all of them: what a project of dbt documents is only a part, until somebody generates docs. What is not among them need not be gone.
ALTER TABLE "found_asset" ADD COLUMN "columns_in_part" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "asset_shape" ADD COLUMN "columns_in_part" BOOLEAN NOT NULL DEFAULT false;

CREATE OR REPLACE VIEW "tidemark_audience"."found_asset" AS
  SELECT x."connection_key", x."path", x."kind", x."name", x."description", x."columns", x."owner", x."url", x."labels", NULL::jsonb AS "policy",
    '{}'::jsonb AS "settings", x."group_name", NULL::text AS "job", x."found_at", x."changed_at", x."seen_at", x."gone_at",
    x."about_text", x."place_text", x."column_text", CASE WHEN x."gaps" = '[]' THEN x."gaps" ELSE '[null]' END AS "gaps", x."columns_in_part"
  FROM "found_asset" x
  WHERE EXISTS (
    SELECT 1 FROM "asset" a JOIN "tidemark_audience"."subject" s ON s."id" = a."subject_id" AND s."removed_at" IS NULL
    WHERE a."connection_key" = x."connection_key" AND a."path" = x."path");

CREATE OR REPLACE VIEW "tidemark_audience"."asset_shape" AS
  SELECT x."asset_id", x."seen_at", x."told_by", x."columns",
    CASE WHEN x."landed" IS NULL THEN NULL
      WHEN EXISTS (SELECT 1 FROM "asset" a WHERE a."subject_id" = x."asset_id" AND a."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())))
        AND (x."landed" ->> 'source' = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()))
          OR (x."landed" ? 'source' AND NOT EXISTS (SELECT 1 FROM "asset" a WHERE a."connection_key" = x."landed" ->> 'source')))
      THEN x."landed" ELSE x."landed" - 'file' - 'source' END AS "landed", x."columns_in_part"
  FROM "asset_shape" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");

-- The docs that dbt generates tell all columns.
ALTER TABLE "push_artifact" DROP CONSTRAINT "push_artifact_name_check",
  ADD CONSTRAINT "push_artifact_name_check" CHECK ("name" IN ('manifest.json', 'run_results.json', 'sources.json', 'freshness.json', 'catalog.json'));
