-- The newest row of each key of a table, as looks saw it move on.
CREATE TABLE "key_reading" (
    "asset_id" INTEGER NOT NULL,
    "column_name" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3),
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "counts_from" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "key_reading_pkey" PRIMARY KEY ("asset_id", "column_name", "key", "recorded_at"),
    CONSTRAINT "key_reading_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "asset"("subject_id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "key_reading_asset_id_recorded_at_idx" ON "key_reading"("asset_id", "recorded_at");

CREATE VIEW "tidemark_audience"."key_reading" AS
  SELECT x.* FROM "key_reading" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");
