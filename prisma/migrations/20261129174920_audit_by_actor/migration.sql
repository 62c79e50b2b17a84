-- When somebody was last seen is looked up, not searched for.
CREATE INDEX "audit_actor_id_at_idx" ON "audit"("actor_id", "at");
