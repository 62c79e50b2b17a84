-- A flow that once wrote for a group tells of it in its old runs, also when what it wrote was removed or is written by another flow now. And what is seen names
-- no flow that is not: neither an asset the one that writes it, nor a flow those it comes after, nor the lines of the catalogue that say so.
CREATE OR REPLACE VIEW "tidemark_reader"."flow" AS
  WITH hidden AS MATERIALIZED (
    SELECT s."id", s."key" FROM "subject" s
    WHERE s."kind" = 'asset'
      AND (s."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')))) IS NOT TRUE
  ),
  seen AS MATERIALIZED (
    SELECT x.* FROM "flow" x
    WHERE EXISTS (
        SELECT 1 FROM "asset" a JOIN "tidemark_reader"."subject" s ON s."id" = a."subject_id" AND s."removed_at" IS NULL WHERE a."flow" = x."name")
      AND NOT EXISTS (SELECT 1 FROM "asset" a JOIN hidden h ON h."id" = a."subject_id" WHERE a."flow" = x."name")
      AND NOT EXISTS (SELECT 1 FROM "subject_version" v JOIN hidden h ON h."id" = v."subject_id" WHERE v."settings" ->> 'flow' = x."name")
      AND NOT EXISTS (
        SELECT 1
        FROM jsonb_array_elements_text(coalesce(x."settings" -> 'reads', '[]') || coalesce(x."settings" -> 'writes', '[]')) touched(key)
        JOIN hidden h ON h."key" = touched.key)
      AND NOT EXISTS (
        SELECT 1
        FROM (
          SELECT split_part(touched.key, '/', 1)
          FROM jsonb_array_elements_text(coalesce(x."settings" -> 'reads', '[]') || coalesce(x."settings" -> 'writes', '[]')) touched(key)
          UNION
          SELECT value FROM jsonb_each_text(coalesce(x."settings" -> 'connections', '{}'))
        ) used(key)
        WHERE EXISTS (SELECT 1 FROM "asset" a WHERE a."connection_key" = used.key)
          AND used.key NOT IN (SELECT "key" FROM "tidemark_reader"."connection_state"))
  )
  SELECT x."name", x."cron", x."zone",
    ARRAY(SELECT u.name FROM unnest(x."after") WITH ORDINALITY u(name, place) WHERE u.name IN (SELECT "name" FROM seen) ORDER BY u.place) AS "after",
    CASE WHEN x."after" <@ ARRAY(SELECT "name" FROM seen) THEN x."settings" ELSE x."settings" - 'source' END AS "settings",
    x."parameters", x."next_run_at", x."removed_at"
  FROM seen x;

CREATE OR REPLACE VIEW "tidemark_reader"."asset" AS
  SELECT x."subject_id", x."feed_id", x."asset_kind", x."connection_key", x."path", x."promised",
    CASE WHEN x."flow" IN (SELECT "name" FROM "tidemark_reader"."flow") THEN x."flow" END AS "flow",
    x."settings", x."probed_at", x."attempted_at", x."problem", x."observation", x."verdict", x."suspected_reason", x."suspected_at", x."look_again_at"
  FROM "asset" x WHERE EXISTS (SELECT 1 FROM "tidemark_reader"."subject" s WHERE s."id" = x."subject_id");

-- The settings of an asset over time name its flow, too.
CREATE OR REPLACE VIEW "tidemark_reader"."subject_version" AS
  SELECT x."subject_id", x."from_at",
    CASE WHEN x."settings" ->> 'flow' NOT IN (SELECT "name" FROM "tidemark_reader"."flow") THEN x."settings" - 'flow' ELSE x."settings" END AS "settings"
  FROM "subject_version" x WHERE EXISTS (SELECT 1 FROM "tidemark_reader"."subject" s WHERE s."id" = x."subject_id");

CREATE OR REPLACE VIEW "tidemark_reader"."catalogue_version" AS
  SELECT v."id", v."accepted_at", v."hash",
    json_build_object('flows', (
      SELECT json_object_agg(f."name", (v."document" -> 'flows' -> f."name")::jsonb - 'after') FROM "tidemark_reader"."flow" f)) AS "document",
    v."schema"
  FROM "catalogue_version" v;
