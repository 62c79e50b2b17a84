-- What is seen names nothing that is not, in texts either.

-- The words of a run that waits for another flow name it, and so do those of one that waited too long. Where that flow is not seen it is a system they may not see.
CREATE FUNCTION "tidemark_audience"."without_unseen_flows"("words" TEXT) RETURNS TEXT LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE WHEN h."names" IS NULL THEN "words"
    ELSE regexp_replace("words", '\mrun of (' || h."names" || ')(?![A-Za-z0-9_-])', 'run of a system you may not see', 'g') END
  FROM (SELECT string_agg(f."name", '|') AS "names" FROM "flow" f WHERE f."name" NOT IN (SELECT v."name" FROM "tidemark_audience"."flow" v)) h;
END;

CREATE OR REPLACE VIEW "tidemark_audience"."run" AS
  SELECT x."id", x."flow", x."trigger", x."scheduled_for", x."created_at", x."state", x."attempt", x."fence", x."lease_owner", x."lease_until", x."started_at",
    x."ended_at", x."cancel_at",
    CASE WHEN x."waiting_for" LIKE '%run of %' THEN "tidemark_audience"."without_unseen_flows"(x."waiting_for") ELSE x."waiting_for" END AS "waiting_for",
    x."parameters", x."requested_by", x."progress_done", x."progress_total", x."eta_at", x."rows_loaded", x."rows_rejected", x."summary",
    CASE WHEN x."problem" LIKE '%run of %' THEN "tidemark_audience"."without_unseen_flows"(x."problem") ELSE x."problem" END AS "problem",
    NULL::text AS "internal_problem", x."counters"
  FROM "run" x WHERE x."flow" IN (SELECT "name" FROM "tidemark_audience"."flow");

-- Where an asset, a feed and the flow that writes it belonged before.
CREATE OR REPLACE VIEW "tidemark_audience"."subject_version" AS
  SELECT x."subject_id", x."from_at",
    x."settings" - ARRAY(
      SELECT named.key
      FROM (VALUES ('flow', x."settings" ->> 'flow'), ('feed', x."settings" ->> 'feed'), ('group', x."settings" ->> 'group')) named(key, name)
      WHERE CASE named.key
        WHEN 'flow' THEN named.name NOT IN (SELECT "name" FROM "tidemark_audience"."flow")
        WHEN 'feed' THEN named.name NOT IN (SELECT "key" FROM "tidemark_audience"."subject" WHERE "kind" = 'feed')
        ELSE named.name NOT IN (SELECT "key" FROM "tidemark_audience"."subject" WHERE "kind" = 'group') END) AS "settings"
  FROM "subject_version" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");

-- The schema for editors names the flows that have code.
CREATE OR REPLACE VIEW "tidemark_audience"."catalogue_version" AS
  SELECT v."id", v."accepted_at", v."hash",
    json_build_object('flows', (
      SELECT json_object_agg(f."name", (v."document" -> 'flows' -> f."name")::jsonb - 'after') FROM "tidemark_audience"."flow" f)) AS "document",
    CASE WHEN v."schema" #> '{properties,flows,properties}' IS NULL THEN v."schema"
      ELSE jsonb_set(v."schema", '{properties,flows,properties}', coalesce((
        SELECT jsonb_object_agg(f.key, f.value) FROM jsonb_each(v."schema" #> '{properties,flows,properties}') f(key, value)
        WHERE f.key IN (SELECT "name" FROM "tidemark_audience"."flow")), '{}')) END AS "schema",
    NULL::text AS "actor_kind", NULL::text AS "actor", NULL::text AS "read_from"
  FROM "catalogue_version" v;

CREATE OR REPLACE VIEW "tidemark_audience"."worker_state" AS
  SELECT "id", "started_at", "heartbeat_at", "stopped_at", jsonb_build_object('trouble', "detail" -> 'trouble') AS "detail" FROM "worker_state";

-- That there is something before or after what is seen, and how it stands, and nothing that says what it is.
CREATE VIEW "tidemark_audience"."unseen_neighbour" AS
  SELECT x."asset_id", x."is_upstream", sp."status", sp."from_at" AS "since"
  FROM (
    SELECT e."downstream_id" AS "asset_id", e."upstream_id" AS "other_id", true AS "is_upstream" FROM "lineage_edge" e
    UNION ALL
    SELECT e."upstream_id", e."downstream_id", false FROM "lineage_edge" e
  ) x
  JOIN "subject" o ON o."id" = x."other_id" AND o."removed_at" IS NULL
  LEFT JOIN "status_span" sp ON sp."subject_id" = o."id" AND sp."to_at" IS NULL
  WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id")
    AND (o."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')))) IS NOT TRUE;
