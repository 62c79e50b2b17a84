-- Since when a run waits for nothing but what it requires contracts about: a look before that says nothing of what is there now.
ALTER TABLE "run" ADD COLUMN "look_from" TIMESTAMPTZ(3);

CREATE OR REPLACE VIEW "tidemark_audience"."run" AS
  SELECT x."id", x."flow", x."trigger", x."scheduled_for", x."created_at", x."state", x."attempt", x."fence", x."lease_owner", x."lease_until", x."started_at",
    x."ended_at", x."cancel_at",
    CASE WHEN x."waiting_for" LIKE '%the contract about %'
      THEN "tidemark_audience"."without_unseen_contracts"(x."waiting_for", 'Waits for a contract about what you may not see.')
      WHEN x."waiting_for" LIKE '%run of %' THEN "tidemark_audience"."without_unseen_flows"(x."waiting_for") ELSE x."waiting_for" END AS "waiting_for",
    x."parameters", x."requested_by", x."progress_done", x."progress_total", x."eta_at", x."rows_loaded", x."rows_rejected", x."summary",
    CASE WHEN x."problem" LIKE '%the contract about %'
      THEN "tidemark_audience"."without_unseen_contracts"(x."problem", 'It waited too long for a contract about what you may not see.')
      WHEN x."problem" LIKE '%run of %' THEN "tidemark_audience"."without_unseen_flows"(x."problem") ELSE x."problem" END AS "problem",
    NULL::text AS "internal_problem", x."counters", x."failure", x."look_from"
  FROM "run" x WHERE x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"()));
