-- What is shown may be made from more than its own system tells: that is said where its status stands, the words only to who sees everything, since they may name
-- what others do not see.
ALTER TABLE "found_asset" ADD COLUMN "gaps" JSONB NOT NULL DEFAULT '[]';

CREATE OR REPLACE VIEW "tidemark_audience"."found_asset" AS
  SELECT x."connection_key", x."path", x."kind", x."name", x."description", x."columns", x."owner", x."url", x."labels", NULL::jsonb AS "policy",
    '{}'::jsonb AS "settings", x."group_name", NULL::text AS "job", x."found_at", x."changed_at", x."seen_at", x."gone_at",
    x."about_text", x."place_text", x."column_text", CASE WHEN x."gaps" = '[]' THEN x."gaps" ELSE '[null]' END AS "gaps"
  FROM "found_asset" x
  WHERE EXISTS (
    SELECT 1 FROM "asset" a JOIN "tidemark_audience"."subject" s ON s."id" = a."subject_id" AND s."removed_at" IS NULL
    WHERE a."connection_key" = x."connection_key" AND a."path" = x."path");
