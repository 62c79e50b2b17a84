-- When a version of a contract begins or ends that promises something of time: the catalogue is to be synced again then.
ALTER TABLE "asset_contract" ADD COLUMN "sync_at" TIMESTAMPTZ(3);

CREATE OR REPLACE VIEW "tidemark_audience"."asset_contract" AS
  SELECT x.* FROM "asset_contract" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");
