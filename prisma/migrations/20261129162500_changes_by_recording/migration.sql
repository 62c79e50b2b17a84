-- Whoever keeps a copy asks for what has been found out since.
CREATE INDEX "status_change_recorded_at_idx" ON "status_change"("recorded_at");
