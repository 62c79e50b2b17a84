-- Whether orders can start jobs of a connection, as far as its connector and its settings tell.
ALTER TABLE "connection_state" ADD COLUMN "starts_jobs" BOOLEAN NOT NULL DEFAULT false;
CREATE OR REPLACE VIEW "tidemark_audience"."connection_state" AS
  SELECT x.* FROM "connection_state" x WHERE x."key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()));

-- A step that is a job of another system: the run that does it there, when the step began, when its system is asked next and who asks now, since when that fails.
ALTER TABLE "reload_step"
  ADD COLUMN "external_run_id" UUID,
  ADD COLUMN "begun_at" TIMESTAMPTZ(3),
  ADD COLUMN "next_at" TIMESTAMPTZ(3),
  ADD COLUMN "claimed_until" TIMESTAMPTZ(3),
  ADD COLUMN "failing_since" TIMESTAMPTZ(3);
ALTER TABLE "reload_step" ADD CONSTRAINT "reload_step_external_run_id_fkey"
  FOREIGN KEY ("external_run_id") REFERENCES "external_run"("id") ON DELETE SET NULL ON UPDATE CASCADE;
CREATE INDEX "reload_step_external_run_id_idx" ON "reload_step"("external_run_id");
CREATE INDEX "reload_step_asked_idx" ON "reload_step"("connection_key", "next_at") WHERE "job" IS NOT NULL AND "state" = 'running';

DROP TRIGGER "reload_step_announce" ON "reload_step";
CREATE TRIGGER "reload_step_announce" AFTER UPDATE OF "state", "external_run_id", "problem" ON "reload_step"
  FOR EACH ROW WHEN ((OLD."state", OLD."external_run_id", OLD."problem") IS DISTINCT FROM (NEW."state", NEW."external_run_id", NEW."problem"))
  EXECUTE FUNCTION "announce_run"();

-- Of a step whose flow or job is not seen only that there is one, and how it stands; and then not what the runs of its order are told.
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
    x."begun_at", x."next_at", x."claimed_until", x."failing_since"
  FROM "reload_step" x
  WHERE EXISTS (SELECT 1 FROM "reload_order" o JOIN "tidemark_audience"."subject" s ON s."id" = o."feed_id" WHERE o."id" = x."order_id");

CREATE OR REPLACE VIEW "tidemark_audience"."reload_order" AS
  SELECT x."id", x."feed_id", x."state", x."created_at", x."ended_at", x."actor_kind", x."ordered_by", x."joined_by", x."reason",
    CASE WHEN EXISTS (
        SELECT 1 FROM "reload_step" t
        WHERE t."order_id" = x."id" AND (t."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"()))) IS NOT TRUE
          AND (t."connection_key" || '/' || t."job" = ANY (ARRAY(SELECT "tidemark_audience"."seen_jobs"()))) IS NOT TRUE)
      THEN '{}'::jsonb ELSE x."parameters" END AS "parameters"
  FROM "reload_order" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."feed_id");
