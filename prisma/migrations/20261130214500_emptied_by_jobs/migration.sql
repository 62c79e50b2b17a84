-- When such a run has completed, what its job had loaded is gone.
ALTER TABLE "external_run" ADD COLUMN "empties" BOOLEAN NOT NULL DEFAULT false;

CREATE OR REPLACE VIEW "tidemark_audience"."external_run" AS
  SELECT x."id", x."connection_key", x."job", x."external_id", x."attempt", x."state", x."placed_at", x."scheduled_at", x."started_at", x."ended_at",
    x."error", x."rows", x."url", x."writes", x."told_by", x."told_at", x."unseen_since",
    CASE WHEN x."parent_job" = ANY (ARRAY(SELECT "tidemark_audience"."seen_jobs"())) THEN x."parent_job" END AS "parent_job",
    CASE WHEN x."parent_job" = ANY (ARRAY(SELECT "tidemark_audience"."seen_jobs"())) THEN x."parent_id" END AS "parent_id",
    x."job_type", x."loaded", x."empties"
  FROM "external_run" x
  WHERE x."connection_key" || '/' || x."job" = ANY (ARRAY(SELECT "tidemark_audience"."seen_jobs"()));
