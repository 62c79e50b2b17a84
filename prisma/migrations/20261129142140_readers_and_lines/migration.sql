-- The lines of the catalogue that make a feed name what its assets are made from and by which flow: they are shown when all of that is seen.
CREATE OR REPLACE VIEW "tidemark_reader"."feed" AS
  SELECT x."subject_id", x."group_id", x."owner", x."runbook",
    CASE WHEN EXISTS (
        SELECT 1 FROM "asset" a
        WHERE a."feed_id" = x."subject_id"
          AND (a."flow" NOT IN (SELECT "name" FROM "tidemark_reader"."flow")
            OR EXISTS (
              SELECT 1 FROM "lineage_edge" e
              WHERE e."downstream_id" = a."subject_id" AND NOT EXISTS (SELECT 1 FROM "tidemark_reader"."subject" s WHERE s."id" = e."upstream_id"))))
      THEN x."settings" - 'source' ELSE x."settings" END AS "settings"
  FROM "feed" x
  WHERE x."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')));
