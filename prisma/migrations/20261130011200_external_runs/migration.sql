-- Runs of other systems, as those tell them: one row for a run, in its present state. placed_at: where it lies among others, the instant it was scheduled for or began.
CREATE TABLE "external_run" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "connection_key" TEXT NOT NULL,
    "job" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "state" TEXT NOT NULL,
    "placed_at" TIMESTAMPTZ(3) NOT NULL,
    "scheduled_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "error" TEXT,
    "rows" BIGINT,
    "url" TEXT,
    "writes" TEXT[],
    "told_by" TEXT NOT NULL,
    "told_at" TIMESTAMPTZ(3) NOT NULL,
    "unseen_since" TIMESTAMPTZ(3),

    CONSTRAINT "external_run_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "external_run_in_order" CHECK ("started_at" <= "ended_at")
);
CREATE UNIQUE INDEX "external_run_connection_key_external_id_key" ON "external_run"("connection_key", "external_id");
CREATE INDEX "external_run_connection_key_job_placed_at_idx" ON "external_run"("connection_key", "job", "placed_at");
CREATE INDEX "external_run_connection_key_job_ended_at_idx" ON "external_run"("connection_key", "job", "ended_at");
CREATE INDEX "external_run_placed_at_id_idx" ON "external_run"("placed_at" DESC, "id" DESC);
CREATE INDEX "external_run_told_at_idx" ON "external_run"("told_at");
CREATE INDEX "external_run_open_idx" ON "external_run"("connection_key", "job") WHERE "ended_at" IS NULL;

CREATE TRIGGER "external_run_announce_new" AFTER INSERT ON "external_run" FOR EACH STATEMENT EXECUTE FUNCTION "announce_run"();
CREATE TRIGGER "external_run_announce" AFTER UPDATE OF "state" ON "external_run" FOR EACH STATEMENT EXECUTE FUNCTION "announce_run"();

-- The job of another system that writes the asset: <connection>/<job>.
ALTER TABLE "asset" ADD COLUMN "job" TEXT;
CREATE INDEX "asset_job_idx" ON "asset"("job");

-- Up to where the runs of a connection are known, when it was last asked for them, and what was wrong then.
ALTER TABLE "connection_state" ADD COLUMN "runs_through" TIMESTAMPTZ(3), ADD COLUMN "runs_asked_at" TIMESTAMPTZ(3), ADD COLUMN "runs_problem" TEXT;
CREATE OR REPLACE VIEW "tidemark_audience"."connection_state" AS
  SELECT x.* FROM "connection_state" x WHERE x."key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()));

-- A job is seen, as a flow is, by who sees something that it writes, and all that it writes or once wrote.
CREATE FUNCTION "tidemark_audience"."seen_jobs"() RETURNS SETOF TEXT LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a."job" FROM "asset" a LEFT JOIN "tidemark_audience"."subject" s ON s."id" = a."subject_id"
  WHERE a."job" IS NOT NULL GROUP BY a."job" HAVING bool_and(s."id" IS NOT NULL) AND bool_or(s."removed_at" IS NULL)
  EXCEPT
  SELECT v."settings" ->> 'job' FROM "subject_version" v LEFT JOIN "tidemark_audience"."subject" s ON s."id" = v."subject_id"
  WHERE v."settings" ->> 'job' IS NOT NULL AND s."id" IS NULL;
END;

CREATE INDEX "subject_version_job_idx" ON "subject_version"(("settings" ->> 'job')) WHERE "settings" ->> 'job' IS NOT NULL;

CREATE VIEW "tidemark_audience"."external_run" AS
  SELECT x.* FROM "external_run" x
  WHERE x."connection_key" || '/' || x."job" = ANY (ARRAY(SELECT "tidemark_audience"."seen_jobs"()));

CREATE OR REPLACE VIEW "tidemark_audience"."asset" AS
  SELECT x."subject_id", x."feed_id", x."asset_kind", x."connection_key", x."path", x."promised",
    CASE WHEN x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) THEN x."flow" END AS "flow",
    x."settings", x."probed_at", x."attempted_at", x."problem", x."observation", x."verdict", x."suspected_reason", x."suspected_at", x."look_again_at",
    CASE WHEN x."job" = ANY (ARRAY(SELECT "tidemark_audience"."seen_jobs"())) THEN x."job" END AS "job"
  FROM "asset" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");

CREATE OR REPLACE VIEW "tidemark_audience"."subject_version" AS
  SELECT x."subject_id", x."from_at",
    x."settings" - ARRAY(
      SELECT named.key
      FROM (VALUES ('flow', x."settings" ->> 'flow'), ('job', x."settings" ->> 'job'), ('feed', x."settings" ->> 'feed'), ('group', x."settings" ->> 'group'))
        named(key, name)
      WHERE CASE named.key
        WHEN 'flow' THEN named.name <> ALL (ARRAY(SELECT "tidemark_audience"."seen_flows"()))
        WHEN 'job' THEN named.name <> ALL (ARRAY(SELECT "tidemark_audience"."seen_jobs"()))
        WHEN 'feed' THEN named.name NOT IN (SELECT "key" FROM "tidemark_audience"."subject" WHERE "kind" = 'feed')
        ELSE named.name NOT IN (SELECT "key" FROM "tidemark_audience"."subject" WHERE "kind" = 'group') END) AS "settings"
  FROM "subject_version" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");

CREATE OR REPLACE VIEW "tidemark_audience"."feed" AS
  SELECT x."subject_id", x."group_id", x."owner", x."runbook",
    CASE WHEN EXISTS (
        SELECT 1 FROM "asset" a
        WHERE a."feed_id" = x."subject_id"
          AND (a."flow" <> ALL (ARRAY(SELECT "tidemark_audience"."seen_flows"()))
            OR a."job" <> ALL (ARRAY(SELECT "tidemark_audience"."seen_jobs"()))
            OR EXISTS (
              SELECT 1 FROM "lineage_now" e
              WHERE e."downstream_id" = a."subject_id" AND NOT EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = e."upstream_id"))))
      THEN x."settings" - 'source' ELSE x."settings" END AS "settings"
  FROM "feed" x
  WHERE x."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')));
