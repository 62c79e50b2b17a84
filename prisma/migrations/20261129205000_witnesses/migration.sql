-- Who says a fact, and when it happened: of one witness the latest counts. What runs of ours told came from the ledger, all else through the connection.
ALTER TABLE "arrival" ADD COLUMN "source" TEXT, ADD COLUMN "happened_at" TIMESTAMPTZ(3);

UPDATE "arrival" x
SET "source" = CASE WHEN x."run_id" IS NULL THEN 'connection:' || a."connection_key" ELSE 'ledger' END,
  "happened_at" = CASE WHEN x."run_id" IS NULL THEN x."recorded_at" ELSE coalesce(x."at", x."recorded_at") END
FROM "asset" a WHERE a."subject_id" = x."asset_id";

ALTER TABLE "arrival" ALTER COLUMN "source" SET NOT NULL, ALTER COLUMN "happened_at" SET NOT NULL;

-- A run moves a clock of an asset once.
DELETE FROM "arrival" a USING "arrival" b
WHERE a."run_id" = b."run_id" AND a."asset_id" = b."asset_id" AND a."clock" = b."clock" AND a."id" > b."id";
DROP INDEX "arrival_run_id_idx";
CREATE UNIQUE INDEX "arrival_run_id_asset_id_clock_key" ON "arrival" ("run_id", "asset_id", "clock");

-- The last word of each witness is found by the first, what was last known of a clock by the second.
DROP INDEX "arrival_asset_id_clock_kind_recorded_at_id_idx";
DROP INDEX "arrival_asset_id_clock_recorded_at_idx";
CREATE INDEX "arrival_asset_id_clock_source_kind_happened_at_id_idx" ON "arrival" ("asset_id", "clock", "source", "kind", "happened_at", "id");
CREATE INDEX "arrival_asset_id_clock_happened_at_id_idx" ON "arrival" ("asset_id", "clock", "happened_at", "id");

-- `select *` of a view is what it was when the view was made.
DROP VIEW "tidemark_audience"."arrival";
CREATE VIEW "tidemark_audience"."arrival" AS
  SELECT x.* FROM "arrival" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");
