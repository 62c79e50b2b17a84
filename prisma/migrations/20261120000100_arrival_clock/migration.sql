-- The page asks each asset for the latest value of each clock.
CREATE INDEX "arrival_asset_id_clock_recorded_at_idx" ON "arrival"("asset_id", "clock", "recorded_at");
