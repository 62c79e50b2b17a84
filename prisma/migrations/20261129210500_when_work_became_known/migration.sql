-- When a window became known as it is: announced, or changed. Null: from before that was kept.
ALTER TABLE "maintenance_window" ADD COLUMN "told_at" TIMESTAMPTZ(3);

CREATE OR REPLACE VIEW "tidemark_audience"."maintenance_window" AS
  SELECT x."id", x."subject_id", x."kind", x."from_at", x."to_at", x."note", x."flow", x."series_id",
    CASE WHEN x."subject_id" IS NOT NULL OR x."flow" IS NOT NULL THEN x."announced_by" END AS "announced_by", x."told_at"
  FROM "maintenance_window" x
  WHERE (x."subject_id" IS NULL AND x."flow" IS NULL)
    OR EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id")
    OR x."flow" IN (SELECT "name" FROM "tidemark_audience"."flow");
