-- What asks for a flow may be pushed, too. It is carried over by itself: its sender may have to be looked up first.
ALTER TABLE "push_inbox" DROP CONSTRAINT "push_inbox_kind_check";
ALTER TABLE "push_inbox" ADD CONSTRAINT "push_inbox_kind_check" CHECK ("kind" IN ('lineage', 'heartbeat', 'flow'));
DROP INDEX "push_inbox_waiting_idx";
CREATE INDEX "push_inbox_waiting_idx" ON "push_inbox"("event_at", "id") WHERE "taken_at" IS NULL AND "kind" <> 'flow';
CREATE INDEX "push_inbox_flow_waiting_idx" ON "push_inbox"("id") WHERE "taken_at" IS NULL AND "kind" = 'flow';
