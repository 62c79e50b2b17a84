-- A status asks for the runs that ended last, which are not those that were planned last.
CREATE INDEX "run_flow_ended_at_idx" ON "run"("flow", "ended_at");
