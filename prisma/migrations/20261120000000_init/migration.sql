-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "subject" (
    "id" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "position" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "removed_at" TIMESTAMPTZ(3),
    "next_change_at" TIMESTAMPTZ(3),

    CONSTRAINT "subject_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feed" (
    "subject_id" INTEGER NOT NULL,
    "group_id" INTEGER NOT NULL,
    "owner" TEXT,
    "runbook" TEXT,
    "settings" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "feed_pkey" PRIMARY KEY ("subject_id")
);

-- CreateTable
CREATE TABLE "asset" (
    "subject_id" INTEGER NOT NULL,
    "feed_id" INTEGER NOT NULL,
    "asset_kind" TEXT NOT NULL,
    "connection_key" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "promised" BOOLEAN NOT NULL DEFAULT true,
    "flow" TEXT,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "probed_at" TIMESTAMPTZ(3),
    "attempted_at" TIMESTAMPTZ(3),
    "problem" TEXT,
    "observation" JSONB,
    "verdict" JSONB,

    CONSTRAINT "asset_pkey" PRIMARY KEY ("subject_id")
);

-- CreateTable
CREATE TABLE "subject_version" (
    "subject_id" INTEGER NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "settings" JSONB,

    CONSTRAINT "subject_version_pkey" PRIMARY KEY ("subject_id","from_at")
);

-- CreateTable
CREATE TABLE "lineage_edge" (
    "upstream_id" INTEGER NOT NULL,
    "downstream_id" INTEGER NOT NULL,
    "origin" TEXT NOT NULL,

    CONSTRAINT "lineage_edge_pkey" PRIMARY KEY ("upstream_id","downstream_id")
);

-- CreateTable
CREATE TABLE "arrival" (
    "id" BIGSERIAL NOT NULL,
    "asset_id" INTEGER NOT NULL,
    "clock" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3),
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "precision" TEXT NOT NULL DEFAULT 'instant',
    "rows" BIGINT,
    "evidence" JSONB,
    "run_id" UUID,

    CONSTRAINT "arrival_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "blind" (
    "id" BIGSERIAL NOT NULL,
    "asset_id" INTEGER,
    "connection_key" TEXT,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3),
    "reason" TEXT NOT NULL,

    CONSTRAINT "blind_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "maintenance_window" (
    "id" SERIAL NOT NULL,
    "subject_id" INTEGER,
    "kind" TEXT NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3),
    "note" TEXT,

    CONSTRAINT "maintenance_window_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "status_span" (
    "id" BIGSERIAL NOT NULL,
    "subject_id" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3),
    "since_at" TIMESTAMPTZ(3),

    CONSTRAINT "status_span_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "status_change" (
    "id" BIGSERIAL NOT NULL,
    "subject_id" INTEGER NOT NULL,
    "from_status" TEXT,
    "to_status" TEXT,
    "reason" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "rewrite" BOOLEAN NOT NULL DEFAULT false,
    "explanation" TEXT,

    CONSTRAINT "status_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "day_status" (
    "subject_id" INTEGER NOT NULL,
    "day" DATE NOT NULL,
    "fresh_seconds" INTEGER NOT NULL,
    "late_seconds" INTEGER NOT NULL,
    "stale_seconds" INTEGER NOT NULL,
    "unknown_seconds" INTEGER NOT NULL,
    "maintenance_seconds" INTEGER NOT NULL,
    "none_seconds" INTEGER NOT NULL,
    "blind_seconds" INTEGER NOT NULL DEFAULT 0,
    "arrivals" INTEGER NOT NULL DEFAULT 0,
    "expected" INTEGER NOT NULL DEFAULT 0,
    "missed" INTEGER NOT NULL DEFAULT 0,
    "ready" BOOLEAN,
    "worst" TEXT,

    CONSTRAINT "day_status_pkey" PRIMARY KEY ("subject_id","day")
);

-- CreateTable
CREATE TABLE "connection_state" (
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "probe_every_ms" INTEGER NOT NULL,
    "next_probe_at" TIMESTAMPTZ(3),
    "ok_at" TIMESTAMPTZ(3),
    "failed_at" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "problem" TEXT,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "connection_state_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "catalogue_version" (
    "id" SERIAL NOT NULL,
    "accepted_at" TIMESTAMPTZ(3) NOT NULL,
    "hash" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "schema" JSONB NOT NULL,

    CONSTRAINT "catalogue_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "catalogue_state" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "checked_at" TIMESTAMPTZ(3) NOT NULL,
    "hash" TEXT,
    "problems" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "catalogue_state_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "flow" (
    "name" TEXT NOT NULL,
    "cron" TEXT,
    "zone" TEXT NOT NULL,
    "after" TEXT[],
    "settings" JSONB NOT NULL DEFAULT '{}',
    "parameters" JSONB,
    "next_run_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "flow_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "run" (
    "id" UUID NOT NULL,
    "flow" TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    "scheduled_for" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'scheduled',
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "fence" BIGINT,
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "cancel_at" TIMESTAMPTZ(3),
    "waiting_for" TEXT,
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "requested_by" TEXT,
    "progress_done" BIGINT,
    "progress_total" BIGINT,
    "eta_at" TIMESTAMPTZ(3),
    "rows_loaded" BIGINT NOT NULL DEFAULT 0,
    "rows_rejected" BIGINT NOT NULL DEFAULT 0,
    "summary" JSONB,
    "problem" TEXT,
    "internal_problem" TEXT,

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run_task" (
    "id" BIGSERIAL NOT NULL,
    "run_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 1,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "detail" JSONB,
    "problem" TEXT,

    CONSTRAINT "run_task_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run_log" (
    "id" BIGSERIAL NOT NULL,
    "run_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "level" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "data" JSONB,

    CONSTRAINT "run_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run_rejection" (
    "id" BIGSERIAL NOT NULL,
    "run_id" UUID NOT NULL,
    "task" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "row" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "run_rejection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "channel" TEXT NOT NULL,
    "change_id" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "delivered_at" TIMESTAMPTZ(3),
    "given_up_at" TIMESTAMPTZ(3),
    "problem" TEXT,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "worker_state" (
    "id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "heartbeat_at" TIMESTAMPTZ(3) NOT NULL,
    "stopped_at" TIMESTAMPTZ(3),
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "worker_state_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "subject_kind_key_key" ON "subject"("kind", "key");

-- CreateIndex
CREATE INDEX "feed_group_id_idx" ON "feed"("group_id");

-- CreateIndex
CREATE INDEX "asset_feed_id_idx" ON "asset"("feed_id");

-- CreateIndex
CREATE INDEX "asset_connection_key_idx" ON "asset"("connection_key");

-- CreateIndex
CREATE INDEX "lineage_edge_downstream_id_idx" ON "lineage_edge"("downstream_id");

-- CreateIndex
CREATE INDEX "arrival_asset_id_recorded_at_idx" ON "arrival"("asset_id", "recorded_at");

-- CreateIndex
CREATE INDEX "arrival_asset_id_clock_kind_recorded_at_id_idx" ON "arrival"("asset_id", "clock", "kind", "recorded_at", "id");

-- CreateIndex
CREATE INDEX "arrival_run_id_idx" ON "arrival"("run_id");

-- CreateIndex
CREATE INDEX "blind_asset_id_from_at_idx" ON "blind"("asset_id", "from_at");

-- CreateIndex
CREATE INDEX "blind_connection_key_from_at_idx" ON "blind"("connection_key", "from_at");

-- CreateIndex
CREATE INDEX "status_span_subject_id_from_at_idx" ON "status_span"("subject_id", "from_at");

-- CreateIndex
CREATE INDEX "status_change_subject_id_at_idx" ON "status_change"("subject_id", "at");

-- CreateIndex
CREATE INDEX "day_status_day_idx" ON "day_status"("day");

-- CreateIndex
CREATE INDEX "run_flow_created_at_idx" ON "run"("flow", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "run_flow_scheduled_for_trigger_key" ON "run"("flow", "scheduled_for", "trigger");

-- CreateIndex
CREATE UNIQUE INDEX "run_task_run_id_attempt_name_key" ON "run_task"("run_id", "attempt", "name");

-- CreateIndex
CREATE INDEX "run_log_run_id_id_idx" ON "run_log"("run_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "run_rejection_run_id_task_key_key" ON "run_rejection"("run_id", "task", "key");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_channel_change_id_key" ON "outbox"("channel", "change_id");

-- AddForeignKey
ALTER TABLE "feed" ADD CONSTRAINT "feed_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "subject"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "feed" ADD CONSTRAINT "feed_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "subject"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "asset" ADD CONSTRAINT "asset_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "subject"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "asset" ADD CONSTRAINT "asset_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("subject_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "subject_version" ADD CONSTRAINT "subject_version_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "subject"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lineage_edge" ADD CONSTRAINT "lineage_edge_upstream_id_fkey" FOREIGN KEY ("upstream_id") REFERENCES "asset"("subject_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "lineage_edge" ADD CONSTRAINT "lineage_edge_downstream_id_fkey" FOREIGN KEY ("downstream_id") REFERENCES "asset"("subject_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "arrival" ADD CONSTRAINT "arrival_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "asset"("subject_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "status_span" ADD CONSTRAINT "status_span_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "subject"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "status_change" ADD CONSTRAINT "status_change_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "subject"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "day_status" ADD CONSTRAINT "day_status_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "subject"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run" ADD CONSTRAINT "run_flow_fkey" FOREIGN KEY ("flow") REFERENCES "flow"("name") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_task" ADD CONSTRAINT "run_task_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_log" ADD CONSTRAINT "run_log_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_rejection" ADD CONSTRAINT "run_rejection_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_change_id_fkey" FOREIGN KEY ("change_id") REFERENCES "status_change"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot say.

-- No two spans of a subject overlap: to_at null reaches to the end of time.
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE "status_span" ADD CONSTRAINT "status_span_order" CHECK ("to_at" IS NULL OR "from_at" < "to_at");
ALTER TABLE "status_span" ADD CONSTRAINT "status_span_no_overlap"
  EXCLUDE USING gist ("subject_id" WITH =, tstzrange("from_at", coalesce("to_at", 'infinity')) WITH &&);
CREATE UNIQUE INDEX "status_span_open" ON "status_span" ("subject_id") WHERE "to_at" IS NULL;

-- The sweep looks only at what could have changed.
CREATE INDEX "subject_due" ON "subject" ("next_change_at") WHERE "next_change_at" IS NOT NULL;

-- Who belonged to a feed or a group, and when.
CREATE INDEX "subject_version_feed" ON "subject_version" (("settings" ->> 'feed'));
CREATE INDEX "subject_version_group" ON "subject_version" (("settings" ->> 'group'));

-- One open gap per thing that cannot be seen.
CREATE UNIQUE INDEX "blind_open" ON "blind" (coalesce("asset_id", 0), coalesce("connection_key", '')) WHERE "to_at" IS NULL;
ALTER TABLE "blind" ADD CONSTRAINT "blind_order" CHECK ("to_at" IS NULL OR "from_at" < "to_at");

-- Claims: what could run now, oldest first. The fence grows with every claim of any run.
CREATE INDEX "run_claimable" ON "run" ("scheduled_for") WHERE "state" IN ('scheduled', 'overdue', 'crashed');
CREATE UNIQUE INDEX "run_running" ON "run" ("flow") WHERE "state" = 'running';
CREATE SEQUENCE "run_fence" AS bigint;

-- Messages still to be sent.
CREATE INDEX "outbox_due" ON "outbox" ("next_attempt_at") WHERE "next_attempt_at" IS NOT NULL;

-- Every change wakes the listeners: the payload is only a hint, they read the log itself.
CREATE FUNCTION "announce_status_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('tidemark_change', '');
  RETURN NULL;
END $$;
CREATE TRIGGER "status_change_announce" AFTER INSERT ON "status_change"
  FOR EACH STATEMENT EXECUTE FUNCTION "announce_status_change"();
