-- How what a reader does not see stood while something they see was made from it. It says nothing of what it is, nor how many there are.
CREATE VIEW "tidemark_audience"."unseen_past" AS
  SELECT e."downstream_id" AS "asset_id", sp."status", greatest(coalesce(sp."since_at", sp."from_at"), e."from_at") AS "from_at", least(sp."to_at", e."to_at") AS "to_at"
  FROM "lineage_stretch" e
  JOIN "subject" o ON o."id" = e."upstream_id"
  JOIN "status_span" sp ON sp."subject_id" = o."id" AND sp."status" IN ('stale', 'late', 'unknown')
    AND sp."from_at" < coalesce(e."to_at", 'infinity') AND e."from_at" < coalesce(sp."to_at", 'infinity')
  WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = e."downstream_id")
    AND (o."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')))) IS NOT TRUE;
