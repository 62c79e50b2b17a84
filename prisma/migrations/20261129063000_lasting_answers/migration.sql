-- An answer that lasts (gone, refused) is kept beside blindness, with the latest look that got it.
ALTER TABLE "blind" ADD COLUMN "seen_at" TIMESTAMPTZ(3);

-- At most one such answer is in force for an asset.
CREATE UNIQUE INDEX "blind_open_answer_key" ON "blind" ("asset_id") WHERE "asset_id" IS NOT NULL AND "to_at" IS NULL;

-- An answer heard once, and when to look at the asset again, apart from all others.
ALTER TABLE "asset"
  ADD COLUMN "suspected_reason" TEXT,
  ADD COLUMN "suspected_at" TIMESTAMPTZ(3),
  ADD COLUMN "look_again_at" TIMESTAMPTZ(3);

CREATE INDEX "asset_look_again_at_idx" ON "asset" ("look_again_at") WHERE "look_again_at" IS NOT NULL;
