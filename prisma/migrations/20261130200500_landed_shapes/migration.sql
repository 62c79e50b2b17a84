-- What the records of files that land look like, to be judged by the contract about the asset they land in.
CREATE TABLE "landed_shape" (
    "id" BIGSERIAL NOT NULL,
    "asset_id" INTEGER NOT NULL,
    "landed_at" TIMESTAMPTZ(3) NOT NULL,
    "file" TEXT NOT NULL,
    "shape" JSONB NOT NULL,
    "judged" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "landed_shape_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "landed_shape_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "asset"("subject_id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "landed_shape_asset_id_id_idx" ON "landed_shape"("asset_id", "id");

ALTER TABLE "asset_shape" ADD COLUMN "landed" JSONB;

CREATE OR REPLACE VIEW "tidemark_audience"."asset_shape" AS
  SELECT x.* FROM "asset_shape" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");
CREATE VIEW "tidemark_audience"."landed_shape" AS
  SELECT x.* FROM "landed_shape" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");
