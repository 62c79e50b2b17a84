-- Messages are about events: of each a receiver gets at most one row. An event is the change of a feed, as before, or one that is named by its key. What waits stays as it is.
ALTER TABLE "outbox" ADD COLUMN "event" TEXT, ADD COLUMN "carrier_id" BIGINT, ADD COLUMN "tried_at" TIMESTAMPTZ(3), ADD COLUMN "hold" TEXT,
  DROP CONSTRAINT "outbox_is_about_one",
  ADD CONSTRAINT "outbox_is_about_one" CHECK (num_nonnulls("change_id", "letter", "event") = 1);
CREATE UNIQUE INDEX "outbox_channel_event_key" ON "outbox"("channel", "event");
CREATE INDEX "outbox_carrier_id_idx" ON "outbox"("carrier_id");
CREATE INDEX "outbox_sent" ON "outbox" ("channel", "tried_at") WHERE "carrier_id" = "id";
CREATE OR REPLACE VIEW "tidemark_audience"."outbox" AS SELECT * FROM "outbox" WHERE false;

-- Whoever writes the news of an incident has it told: to every receiver that a route of the catalogue leads incidents to. What of it each hears is decided when it is sent.
CREATE FUNCTION "tell_incident_events"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "outbox" ("channel", "event", "created_at", "next_attempt_at")
  SELECT c."channel", 'incident:' || r."id", r."recorded_at", r."recorded_at"
  FROM "rows" r CROSS JOIN (
    SELECT DISTINCT t."value" AS "channel" FROM "setting" s
    CROSS JOIN LATERAL jsonb_array_elements(s."value" -> 'routes') l CROSS JOIN LATERAL jsonb_array_elements_text(l."value" -> 'to') t
    WHERE s."key" = 'routing' AND l."value" -> 'events' ? 'incidents'
  ) c
  ORDER BY r."id", c."channel"
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER "incident_event_told" AFTER INSERT ON "incident_event" REFERENCING NEW TABLE AS "rows" FOR EACH STATEMENT EXECUTE FUNCTION "tell_incident_events"();
