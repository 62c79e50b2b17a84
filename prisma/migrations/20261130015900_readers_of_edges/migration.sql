-- Of an edge a reader sees who tells it, and of facts how they are known, by the same rules as before, without asking another view than that of subjects.
CREATE OR REPLACE VIEW "tidemark_audience"."lineage_edge" AS
  SELECT x."upstream_id", x."downstream_id", x."origin", x."id",
    CASE WHEN x."told_by" NOT LIKE 'connection:%' OR substr(x."told_by", 12) = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()))
      THEN x."told_by" END AS "told_by",
    x."from_at", x."to_at"
  FROM "lineage_edge" x
  WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."upstream_id")
    AND EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."downstream_id");

CREATE OR REPLACE VIEW "tidemark_audience"."evidence" AS
  SELECT e.* FROM "evidence" e
  WHERE EXISTS (
    SELECT 1 FROM "arrival" x
    WHERE x."evidence_id" = e."id" AND EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id"));
