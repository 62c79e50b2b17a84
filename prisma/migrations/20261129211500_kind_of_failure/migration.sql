-- How a run failed, apart from the words it was told in: `refused 401`. Null: it did not, or that was not kept.
ALTER TABLE "run" ADD COLUMN "failure" TEXT;

CREATE OR REPLACE VIEW "tidemark_audience"."run" AS
  SELECT x."id", x."flow", x."trigger", x."scheduled_for", x."created_at", x."state", x."attempt", x."fence", x."lease_owner", x."lease_until", x."started_at",
    x."ended_at", x."cancel_at",
    CASE WHEN x."waiting_for" LIKE '%run of %' THEN "tidemark_audience"."without_unseen_flows"(x."waiting_for") ELSE x."waiting_for" END AS "waiting_for",
    x."parameters", x."requested_by", x."progress_done", x."progress_total", x."eta_at", x."rows_loaded", x."rows_rejected", x."summary",
    CASE WHEN x."problem" LIKE '%run of %' THEN "tidemark_audience"."without_unseen_flows"(x."problem") ELSE x."problem" END AS "problem",
    NULL::text AS "internal_problem", x."counters", x."failure"
  FROM "run" x WHERE x."flow" IN (SELECT "name" FROM "tidemark_audience"."flow");
