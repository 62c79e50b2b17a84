-- What a reader sees of flows and connections is found by functions, once a statement, and the views are given it as a list. Before, they asked the view "flow",
-- whose rule was written out in each statement that read a table beside it, and planned anew with it each time: that took longer than reading.
-- From now on the view of a table that belongs to a subject asks "tidemark_audience"."subject" and no other view; that of one which belongs to a flow says
-- x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())), of one which belongs to a connection the same with "seen_connections".

-- A connection is seen by those who see an asset behind it.
CREATE FUNCTION "tidemark_audience"."seen_connections"() RETURNS SETOF TEXT LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT c."key" FROM "connection_state" c
  WHERE (
    SELECT true FROM "asset" a JOIN "tidemark_audience"."subject" s ON s."id" = a."subject_id" AND s."removed_at" IS NULL
    WHERE a."connection_key" = c."key" LIMIT 1);
END;
CREATE OR REPLACE VIEW "tidemark_audience"."connection_state" AS
  SELECT x.* FROM "connection_state" x WHERE x."key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()));

-- The rule the view "flow" had: a flow that once wrote for a group tells of it in its old runs, also when what it wrote was removed or is written by another now.
CREATE FUNCTION "tidemark_audience"."seen_flows"() RETURNS SETOF TEXT LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH writing AS MATERIALIZED (
    SELECT x."name", coalesce(x."settings" -> 'reads', '[]') || coalesce(x."settings" -> 'writes', '[]') AS "touched",
      coalesce(x."settings" -> 'connections', '{}') AS "connections"
    FROM "flow" x
    WHERE EXISTS (
      SELECT 1 FROM "asset" a JOIN "tidemark_audience"."subject" s ON s."id" = a."subject_id" AND s."removed_at" IS NULL WHERE a."flow" = x."name")
  )
  SELECT x."name" FROM writing x
  WHERE NOT EXISTS (
      SELECT 1 FROM "asset" a JOIN "subject" h ON h."id" = a."subject_id" AND h."kind" = 'asset'
      WHERE a."flow" = x."name" AND (h."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')))) IS NOT TRUE)
    AND NOT EXISTS (
      SELECT 1 FROM "subject_version" v JOIN "subject" h ON h."id" = v."subject_id" AND h."kind" = 'asset'
      WHERE v."settings" ->> 'flow' = x."name" AND (h."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')))) IS NOT TRUE)
    AND NOT EXISTS (
      SELECT 1 FROM jsonb_array_elements_text(x."touched") touched(key) JOIN "subject" h ON h."kind" = 'asset' AND h."key" = touched.key
      WHERE (h."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')))) IS NOT TRUE)
    AND NOT EXISTS (
      SELECT 1
      FROM (
        SELECT split_part(touched.key, '/', 1) FROM jsonb_array_elements_text(x."touched") touched(key)
        UNION
        SELECT value FROM jsonb_each_text(x."connections")
      ) used(key)
      WHERE EXISTS (SELECT 1 FROM "asset" a WHERE a."connection_key" = used.key)
        AND used.key <> ALL (ARRAY(SELECT "tidemark_audience"."seen_connections"())));
END;
CREATE INDEX "asset_flow_idx" ON "asset"("flow");
CREATE INDEX "subject_version_flow_idx" ON "subject_version"(("settings" ->> 'flow')) WHERE "settings" ->> 'flow' IS NOT NULL;

-- What is seen names no flow that is not: neither those a flow comes after, nor the lines of the catalogue that say so.
CREATE OR REPLACE VIEW "tidemark_audience"."flow" AS
  SELECT x."name", x."cron", x."zone",
    CASE WHEN x."after" = '{}' THEN x."after"
      ELSE ARRAY(
        SELECT u.name FROM unnest(x."after") WITH ORDINALITY u(name, place)
        WHERE u.name = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) ORDER BY u.place) END AS "after",
    CASE WHEN x."after" = '{}' OR x."after" <@ ARRAY(SELECT "tidemark_audience"."seen_flows"()) THEN x."settings" ELSE x."settings" - 'source' END AS "settings",
    x."parameters", x."next_run_at", x."removed_at"
  FROM "flow" x WHERE x."name" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"()));

CREATE OR REPLACE FUNCTION "tidemark_audience"."without_unseen_flows"("words" TEXT) RETURNS TEXT LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE WHEN h."names" IS NULL THEN "words"
    ELSE regexp_replace("words", '\mrun of (' || h."names" || ')(?![A-Za-z0-9_-])', 'run of a system you may not see', 'g') END
  FROM (SELECT string_agg(f."name", '|') AS "names" FROM "flow" f WHERE f."name" <> ALL (ARRAY(SELECT "tidemark_audience"."seen_flows"()))) h;
END;

CREATE OR REPLACE VIEW "tidemark_audience"."run" AS
  SELECT x."id", x."flow", x."trigger", x."scheduled_for", x."created_at", x."state", x."attempt", x."fence", x."lease_owner", x."lease_until", x."started_at",
    x."ended_at", x."cancel_at",
    CASE WHEN x."waiting_for" LIKE '%run of %' THEN "tidemark_audience"."without_unseen_flows"(x."waiting_for") ELSE x."waiting_for" END AS "waiting_for",
    x."parameters", x."requested_by", x."progress_done", x."progress_total", x."eta_at", x."rows_loaded", x."rows_rejected", x."summary",
    CASE WHEN x."problem" LIKE '%run of %' THEN "tidemark_audience"."without_unseen_flows"(x."problem") ELSE x."problem" END AS "problem",
    NULL::text AS "internal_problem", x."counters", x."failure"
  FROM "run" x WHERE x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"()));

CREATE OR REPLACE VIEW "tidemark_audience"."run_task" AS
  SELECT x.* FROM "run_task" x
  WHERE EXISTS (SELECT 1 FROM "run" r WHERE r."id" = x."run_id" AND r."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())));

CREATE OR REPLACE VIEW "tidemark_audience"."run_log" AS
  SELECT x.* FROM "run_log" x
  WHERE EXISTS (SELECT 1 FROM "run" r WHERE r."id" = x."run_id" AND r."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())));

CREATE OR REPLACE VIEW "tidemark_audience"."run_rejection" AS
  SELECT x.* FROM "run_rejection" x
  WHERE EXISTS (SELECT 1 FROM "run" r WHERE r."id" = x."run_id" AND r."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())));

CREATE OR REPLACE VIEW "tidemark_audience"."maintenance_window" AS
  SELECT x."id", x."subject_id", x."kind", x."from_at", x."to_at", x."note", x."flow", x."series_id",
    CASE WHEN x."subject_id" IS NOT NULL OR x."flow" IS NOT NULL THEN x."announced_by" END AS "announced_by", x."told_at"
  FROM "maintenance_window" x
  WHERE (x."subject_id" IS NULL AND x."flow" IS NULL)
    OR EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id")
    OR x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"()));

CREATE OR REPLACE VIEW "tidemark_audience"."blind" AS
  SELECT x.* FROM "blind" x
  WHERE (x."asset_id" IS NULL AND x."connection_key" IS NULL)
    OR EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id")
    OR x."connection_key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()));

-- Of a step whose flow or system is not seen only that there is one, and how it stands; and then not what the runs of its order are told.
CREATE OR REPLACE VIEW "tidemark_audience"."reload_step" AS
  SELECT x."order_id", x."position",
    CASE WHEN x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) THEN x."flow" END AS "flow",
    CASE WHEN x."connection_key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"())) THEN x."connection_key" END AS "connection_key",
    CASE WHEN x."connection_key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"())) THEN x."job" END AS "job",
    CASE WHEN x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) THEN x."run_id" END AS "run_id",
    x."state",
    CASE WHEN x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) OR x."connection_key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"())) THEN x."problem" END AS "problem"
  FROM "reload_step" x
  WHERE EXISTS (SELECT 1 FROM "reload_order" o JOIN "tidemark_audience"."subject" s ON s."id" = o."feed_id" WHERE o."id" = x."order_id");

CREATE OR REPLACE VIEW "tidemark_audience"."reload_order" AS
  SELECT x."id", x."feed_id", x."state", x."created_at", x."ended_at", x."actor_kind", x."ordered_by", x."joined_by", x."reason",
    CASE WHEN EXISTS (
        SELECT 1 FROM "reload_step" t
        WHERE t."order_id" = x."id" AND (t."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"()))) IS NOT TRUE AND (t."connection_key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()))) IS NOT TRUE)
      THEN '{}'::jsonb ELSE x."parameters" END AS "parameters"
  FROM "reload_order" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."feed_id");

-- The lines of the catalogue that make a feed name what its assets are made from and by which flow: they are shown when all of that is seen.
CREATE OR REPLACE VIEW "tidemark_audience"."feed" AS
  SELECT x."subject_id", x."group_id", x."owner", x."runbook",
    CASE WHEN EXISTS (
        SELECT 1 FROM "asset" a
        WHERE a."feed_id" = x."subject_id"
          AND (a."flow" <> ALL (ARRAY(SELECT "tidemark_audience"."seen_flows"()))
            OR EXISTS (
              SELECT 1 FROM "lineage_now" e
              WHERE e."downstream_id" = a."subject_id" AND NOT EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = e."upstream_id"))))
      THEN x."settings" - 'source' ELSE x."settings" END AS "settings"
  FROM "feed" x
  WHERE x."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')));

CREATE OR REPLACE VIEW "tidemark_audience"."asset" AS
  SELECT x."subject_id", x."feed_id", x."asset_kind", x."connection_key", x."path", x."promised",
    CASE WHEN x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) THEN x."flow" END AS "flow",
    x."settings", x."probed_at", x."attempted_at", x."problem", x."observation", x."verdict", x."suspected_reason", x."suspected_at", x."look_again_at"
  FROM "asset" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");

-- The settings of an asset over time name its flow, too, and where it, its feed and that flow belonged before.
CREATE OR REPLACE VIEW "tidemark_audience"."subject_version" AS
  SELECT x."subject_id", x."from_at",
    x."settings" - ARRAY(
      SELECT named.key
      FROM (VALUES ('flow', x."settings" ->> 'flow'), ('feed', x."settings" ->> 'feed'), ('group', x."settings" ->> 'group')) named(key, name)
      WHERE CASE named.key
        WHEN 'flow' THEN named.name <> ALL (ARRAY(SELECT "tidemark_audience"."seen_flows"()))
        WHEN 'feed' THEN named.name NOT IN (SELECT "key" FROM "tidemark_audience"."subject" WHERE "kind" = 'feed')
        ELSE named.name NOT IN (SELECT "key" FROM "tidemark_audience"."subject" WHERE "kind" = 'group') END) AS "settings"
  FROM "subject_version" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");
