-- JSONB sorts the members of its objects. Where their order means something (the columns of a file, the stages of a run), it is kept.
ALTER TABLE "run" ALTER COLUMN "counters" DROP DEFAULT,
  ALTER COLUMN "counters" TYPE JSON USING "counters"::json,
  ALTER COLUMN "counters" SET DEFAULT '{}',
  ALTER COLUMN "summary" TYPE JSON USING "summary"::json;
ALTER TABLE "catalogue_version" ALTER COLUMN "document" TYPE JSON USING "document"::json;

-- The list of all runs, newest first.
CREATE INDEX "run_scheduled_for_id_idx" ON "run"("scheduled_for" DESC, "id" DESC);
