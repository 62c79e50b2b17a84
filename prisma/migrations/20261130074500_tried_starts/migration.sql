-- When the system of a step's job was told to start it last, and may have begun a run: noted before it is told.
ALTER TABLE "reload_step" ADD COLUMN "tried_at" TIMESTAMPTZ(3);

CREATE OR REPLACE VIEW "tidemark_audience"."reload_step" AS
  SELECT x."order_id", x."position",
    CASE WHEN x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) THEN x."flow" END AS "flow",
    CASE WHEN x."connection_key" || '/' || x."job" = ANY (ARRAY(SELECT "tidemark_audience"."seen_jobs"())) THEN x."connection_key" END AS "connection_key",
    CASE WHEN x."connection_key" || '/' || x."job" = ANY (ARRAY(SELECT "tidemark_audience"."seen_jobs"())) THEN x."job" END AS "job",
    CASE WHEN x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) THEN x."run_id" END AS "run_id",
    x."state",
    CASE WHEN x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"()))
      OR x."connection_key" || '/' || x."job" = ANY (ARRAY(SELECT "tidemark_audience"."seen_jobs"())) THEN x."problem" END AS "problem",
    CASE WHEN x."connection_key" || '/' || x."job" = ANY (ARRAY(SELECT "tidemark_audience"."seen_jobs"())) THEN x."external_run_id" END AS "external_run_id",
    x."begun_at", x."next_at", x."claimed_until", x."failing_since", x."tried_at"
  FROM "reload_step" x
  WHERE EXISTS (SELECT 1 FROM "reload_order" o JOIN "tidemark_audience"."subject" s ON s."id" = o."feed_id" WHERE o."id" = x."order_id");
