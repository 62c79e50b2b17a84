-- A run of a flow may be a job of another system: its run there, and whether that is to be cancelled.
CREATE TABLE "job_of_run" (
    "run_id" UUID NOT NULL,
    "connection_key" TEXT NOT NULL,
    "job" TEXT NOT NULL,
    "tried_at" TIMESTAMPTZ(3),
    "external_id" TEXT,
    "external_run_id" UUID,
    "url" TEXT,
    "cancel_since" TIMESTAMPTZ(3),
    "cancel_due_at" TIMESTAMPTZ(3),
    "cancelled_at" TIMESTAMPTZ(3),
    "cancel_problem" TEXT,

    CONSTRAINT "job_of_run_pkey" PRIMARY KEY ("run_id"),
    CONSTRAINT "job_of_run_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "job_of_run_external_run_id_fkey" FOREIGN KEY ("external_run_id") REFERENCES "external_run"("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX "job_of_run_external_run_id_idx" ON "job_of_run"("external_run_id");
CREATE INDEX "job_of_run_connection_key_job_idx" ON "job_of_run"("connection_key", "job");
CREATE INDEX "job_of_run_cancel_due" ON "job_of_run"("cancel_due_at") WHERE "cancel_due_at" IS NOT NULL;

-- Whoever sees a flow sees what it runs; what another system did to a run that is not seen is told to nobody.
CREATE VIEW "tidemark_audience"."job_of_run" AS
  SELECT x.* FROM "job_of_run" x
  WHERE EXISTS (SELECT 1 FROM "run" r WHERE r."id" = x."run_id" AND r."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())));

CREATE TRIGGER "job_of_run_announce" AFTER UPDATE OF "external_id", "cancel_since", "cancelled_at", "cancel_problem" ON "job_of_run"
  FOR EACH ROW EXECUTE FUNCTION "announce_run"();
