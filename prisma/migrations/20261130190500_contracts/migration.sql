-- What a contract promises of the shape of an asset, what was seen of that, and while it was broken.
CREATE TABLE "asset_contract" (
    "asset_id" INTEGER NOT NULL,
    "terms" JSONB NOT NULL,
    "due_at" TIMESTAMPTZ(3),

    CONSTRAINT "asset_contract_pkey" PRIMARY KEY ("asset_id"),
    CONSTRAINT "asset_contract_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "asset"("subject_id") ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE TABLE "asset_shape" (
    "asset_id" INTEGER NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "told_by" TEXT NOT NULL,
    "columns" JSONB NOT NULL,

    CONSTRAINT "asset_shape_pkey" PRIMARY KEY ("asset_id", "seen_at"),
    CONSTRAINT "asset_shape_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "asset"("subject_id") ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE TABLE "contract_break" (
    "id" BIGSERIAL NOT NULL,
    "asset_id" INTEGER NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3),
    "status" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "words" TEXT NOT NULL,

    CONSTRAINT "contract_break_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "contract_break_status_check" CHECK ("status" IN ('late', 'stale')),
    CONSTRAINT "contract_break_order_check" CHECK ("from_at" < "to_at"),
    CONSTRAINT "contract_break_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "asset"("subject_id") ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT "contract_break_no_overlap" EXCLUDE USING gist ("asset_id" WITH =, tstzrange("from_at", "to_at", '[)') WITH &&)
);
CREATE INDEX "contract_break_asset_id_from_at_idx" ON "contract_break"("asset_id", "from_at");

CREATE VIEW "tidemark_audience"."asset_contract" AS
  SELECT x.* FROM "asset_contract" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");
CREATE VIEW "tidemark_audience"."asset_shape" AS
  SELECT x.* FROM "asset_shape" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");
CREATE VIEW "tidemark_audience"."contract_break" AS
  SELECT x.* FROM "contract_break" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");
