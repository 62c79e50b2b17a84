-- A delivery that came late came: it is no missed one. Up to here such deliveries were counted as missed; the first start counts all days anew.
ALTER TABLE "day_status" ADD COLUMN "came_late" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "late_deliveries" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN "late_until" TIMESTAMPTZ(3);

-- Days whose deliveries something that arrives later may still change.
CREATE INDEX "day_status_open_deliveries_idx" ON "day_status"("subject_id", "day") WHERE "missed" > 0 OR "late_until" IS NOT NULL;
