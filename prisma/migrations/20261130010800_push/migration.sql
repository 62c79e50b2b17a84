-- What other systems tell by themselves. A message is accepted once it stands in the inbox, and carried over into runs, facts and lineage by a worker, in one
-- transaction with the mark that it was taken. It stays for a while, so that the same message, sent again, is known.
CREATE TABLE "push_inbox" (
  "id" BIGSERIAL PRIMARY KEY,
  "received_at" TIMESTAMPTZ(3) NOT NULL,
  "token_id" TEXT NOT NULL,
  "audience" TEXT,
  "kind" TEXT NOT NULL,
  "dedupe_key" TEXT NOT NULL,
  "event_at" TIMESTAMPTZ(3) NOT NULL,
  "body" JSONB NOT NULL,
  "taken_at" TIMESTAMPTZ(3),
  "tries" INTEGER NOT NULL DEFAULT 0,
  "problem" TEXT,
  CONSTRAINT "push_inbox_kind_check" CHECK ("kind" IN ('lineage', 'heartbeat'))
);
CREATE UNIQUE INDEX "push_inbox_dedupe_key_key" ON "push_inbox"("dedupe_key");
CREATE INDEX "push_inbox_waiting_idx" ON "push_inbox"("event_at", "id") WHERE "taken_at" IS NULL;
CREATE INDEX "push_inbox_taken_at_idx" ON "push_inbox"("taken_at") WHERE "taken_at" IS NOT NULL;

-- What is known of one run that was told by events, whatever order they came in: `state` is a sum of them that their order does not change.
CREATE TABLE "push_run" (
  "id" UUID PRIMARY KEY,
  "namespace" TEXT NOT NULL,
  "job" TEXT NOT NULL,
  "run_id" TEXT NOT NULL,
  "audience" TEXT,
  "last_at" TIMESTAMPTZ(3) NOT NULL,
  "names_data" BOOLEAN NOT NULL,
  "state" JSONB NOT NULL
);
CREATE INDEX "push_run_job_idx" ON "push_run"("namespace", "job", "last_at" DESC, "id") WHERE "names_data";
CREATE INDEX "push_run_last_at_idx" ON "push_run"("last_at");

-- What the events call the data they are about, with its columns, and which asset that is; null: none of the catalogue, or `problem` says why it is not told.
CREATE TABLE "push_dataset" (
  "namespace" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "told_at" TIMESTAMPTZ(3) NOT NULL,
  "facets" JSONB NOT NULL,
  "asset_id" INTEGER,
  "problem" TEXT,
  CONSTRAINT "push_dataset_pkey" PRIMARY KEY ("namespace", "name"),
  CONSTRAINT "push_dataset_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "asset"("subject_id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX "push_dataset_asset_id_idx" ON "push_dataset"("asset_id");

-- What was told is nobody's to read as it came: it names what its reader may not see.
CREATE VIEW "tidemark_audience"."push_inbox" AS SELECT * FROM "push_inbox" WHERE false;
CREATE VIEW "tidemark_audience"."push_run" AS SELECT * FROM "push_run" WHERE false;
CREATE VIEW "tidemark_audience"."push_dataset" AS
  SELECT x.* FROM "push_dataset" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");
