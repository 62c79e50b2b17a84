-- The connections whose jobs orders can start; of a job that is seen that is known also where nothing else of its connection is.
CREATE VIEW "job_starter" AS
  SELECT c."key" FROM "connection_state" c WHERE c."removed_at" IS NULL AND c."starts_jobs";

CREATE VIEW "tidemark_audience"."job_starter" AS
  SELECT x.* FROM "job_starter" x WHERE x."key" = ANY (ARRAY(SELECT split_part(j, '/', 1) FROM "tidemark_audience"."seen_jobs"() j));
