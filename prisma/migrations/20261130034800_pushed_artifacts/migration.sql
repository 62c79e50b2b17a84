-- Artifacts of dbt as they were pushed, packed by gzip: of each invocation one of each name. A worker looks through their connection soon after, and keeps the last few.
CREATE TABLE "push_artifact" (
  "id" BIGSERIAL PRIMARY KEY,
  "connection_key" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "invocation_id" TEXT NOT NULL,
  "generated_at" TIMESTAMPTZ(3) NOT NULL,
  "received_at" TIMESTAMPTZ(3) NOT NULL,
  "token_id" TEXT NOT NULL,
  "sha256" TEXT NOT NULL,
  "packed" BYTEA NOT NULL,
  "noticed_at" TIMESTAMPTZ(3),
  CONSTRAINT "push_artifact_name_check" CHECK ("name" IN ('manifest.json', 'run_results.json', 'sources.json', 'freshness.json'))
);
CREATE UNIQUE INDEX "push_artifact_connection_key_name_invocation_id_key" ON "push_artifact"("connection_key", "name", "invocation_id");
CREATE INDEX "push_artifact_new_idx" ON "push_artifact"("connection_key") WHERE "noticed_at" IS NULL;
-- What is packed is not packed again.
ALTER TABLE "push_artifact" ALTER COLUMN "packed" SET STORAGE EXTERNAL;

-- What was told is nobody's to read as it came.
CREATE VIEW "tidemark_audience"."push_artifact" AS SELECT * FROM "push_artifact" WHERE false;
