-- Who wants to be written to of which groups and feeds (.github/decisions/035): a person of this page, or an address that nobody here has. `token` is the link in their letters, which
-- confirms and ends and shows nothing else; `claims`: what another system said of the person when they signed in last.
CREATE TABLE "subscriber" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "person_id" TEXT,
    "claims" JSONB,
    "token" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "subscriber_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "subscriber_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "subscriber_token_key" ON "subscriber"("token");
CREATE UNIQUE INDEX "subscriber_person_id_key" ON "subscriber"("person_id");
CREATE UNIQUE INDEX "subscriber_address" ON "subscriber"("email") WHERE "person_id" IS NULL;

-- Nothing is sent before it is confirmed by somebody who reads what comes to the address, or has signed in with it.
CREATE TABLE "subscription" (
    "subscriber_id" INTEGER NOT NULL,
    "subject_id" INTEGER NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3),

    CONSTRAINT "subscription_pkey" PRIMARY KEY ("subscriber_id","subject_id"),
    CONSTRAINT "subscription_subscriber_id_fkey" FOREIGN KEY ("subscriber_id") REFERENCES "subscriber"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "subscription_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "subject"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "subscription_subject_id_idx" ON "subscription"("subject_id");

CREATE VIEW "tidemark_audience"."subscriber" AS SELECT x.* FROM "subscriber" x WHERE false;
CREATE VIEW "tidemark_audience"."subscription" AS SELECT x.* FROM "subscription" x WHERE false;

-- The news of an incident is told, too, to who subscribed to a feed or group that something in it belongs to. Whether they may know of it is found out when it is sent.
CREATE FUNCTION "tell_subscribers"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "outbox" ("channel", "event", "created_at", "next_attempt_at")
  SELECT DISTINCT 'subscriber:' || s."subscriber_id", 'incident:' || r."id", r."recorded_at", r."recorded_at"
  FROM "rows" r
  CROSS JOIN LATERAL (
    SELECT DISTINCT a."feed_id", f."group_id" FROM "incident_member" m JOIN "asset" a ON a."subject_id" = m."asset_id" JOIN "feed" f ON f."subject_id" = a."feed_id"
    WHERE m."incident_id" = r."incident_id" AND EXISTS (SELECT FROM "subscription")
  ) p
  JOIN "subscription" s ON s."confirmed_at" IS NOT NULL AND s."subject_id" IN (p."feed_id", p."group_id")
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER "incident_event_subscribed" AFTER INSERT ON "incident_event" REFERENCING NEW TABLE AS "rows" FOR EACH STATEMENT EXECUTE FUNCTION "tell_subscribers"();
