-- How a fact is known is kept once for all facts known in the same way. What a run told needs no words of its own: the fact names the run.
CREATE TABLE "evidence" (
  "id" SERIAL PRIMARY KEY,
  "method" TEXT NOT NULL,
  "strength" TEXT NOT NULL,
  "detail" TEXT NOT NULL,
  "cost_ms" INTEGER NOT NULL
);
ALTER TABLE "arrival" ADD COLUMN "evidence_id" INTEGER;

CREATE TEMPORARY TABLE "known" AS
  SELECT x."id", x."evidence"->>'method' AS "method", coalesce(x."evidence"->>'strength', 'strong') AS "strength",
    CASE WHEN x."run_id" IS NULL THEN coalesce(x."evidence"->>'detail', '') ELSE '' END AS "detail",
    CASE WHEN (x."evidence"->>'costMs')::float8 >= 1 THEN power(10, floor(log((x."evidence"->>'costMs')::numeric)))::int ELSE 0 END AS "cost_ms"
  FROM "arrival" x WHERE x."evidence"->>'method' IS NOT NULL;
INSERT INTO "evidence" ("method", "strength", "detail", "cost_ms")
  SELECT DISTINCT "method", "strength", "detail", "cost_ms" FROM "known" ORDER BY 1, 2, 3, 4;
UPDATE "arrival" x SET "evidence_id" = e."id" FROM "known" k JOIN "evidence" e USING ("method", "strength", "detail", "cost_ms") WHERE k."id" = x."id";
DROP TABLE "known";

DROP VIEW "tidemark_audience"."arrival";
DROP INDEX "arrival_asset_id_clock_source_kind_happened_at_id_idx", "arrival_asset_id_clock_happened_at_id_idx", "arrival_run_id_asset_id_clock_key";
DROP INDEX "arrival_asset_id_recorded_at_idx";
CREATE TYPE "judged_clock" AS ENUM ('dataThroughAt', 'loadedAt', 'writtenAt');
ALTER TABLE "arrival" DROP COLUMN "evidence", ALTER COLUMN "clock" TYPE "judged_clock" USING "clock"::"judged_clock";
CREATE INDEX "arrival_asset_id_recorded_at_idx" ON "arrival" ("asset_id", "recorded_at");

CREATE UNIQUE INDEX "evidence_method_strength_cost_ms_detail_key" ON "evidence" ("method", "strength", "cost_ms", md5("detail"));
CREATE INDEX "arrival_evidence_id_idx" ON "arrival" ("evidence_id");
ALTER TABLE "arrival" ADD CONSTRAINT "arrival_evidence_id_fkey" FOREIGN KEY ("evidence_id") REFERENCES "evidence"("id");

-- What happened last to a clock by our ledger, and by all others, each fact in one index only; a run of ours moves a clock of an asset once, when it ends.
CREATE UNIQUE INDEX "arrival_of_ledger_key" ON "arrival" ("asset_id", "clock", "happened_at", "run_id") WHERE "source" = 'ledger';
CREATE INDEX "arrival_of_others_idx" ON "arrival" ("asset_id", "clock", "happened_at", "source", "id") WHERE "source" <> 'ledger';
CREATE UNIQUE INDEX "arrival_of_other_runs_key" ON "arrival" ("run_id", "asset_id", "clock") WHERE "source" <> 'ledger' AND "run_id" IS NOT NULL;
-- The witnesses of a clock, and the few corrections.
CREATE INDEX "arrival_witness_idx" ON "arrival" ("asset_id", "clock", "source") WHERE "source" <> 'ledger';
CREATE INDEX "arrival_correction_idx" ON "arrival" ("asset_id", "clock", "source", "happened_at", "id") WHERE "kind" = 'correction';

CREATE VIEW "tidemark_audience"."arrival" AS
  SELECT x.* FROM "arrival" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");
CREATE VIEW "tidemark_audience"."evidence" AS
  SELECT e.* FROM "evidence" e WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."arrival" x WHERE x."evidence_id" = e."id");
