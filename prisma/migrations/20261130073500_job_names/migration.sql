-- What other systems call their jobs, where that is another word than the one that an asset names them by: a number, say.
CREATE TABLE "external_job" (
    "connection_key" TEXT NOT NULL,
    "job" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "external_job_pkey" PRIMARY KEY ("connection_key","job")
);

CREATE VIEW "tidemark_audience"."external_job" AS
  SELECT x."connection_key", x."job", x."name" FROM "external_job" x
  WHERE x."connection_key" || '/' || x."job" = ANY (ARRAY(SELECT "tidemark_audience"."seen_jobs"()));
