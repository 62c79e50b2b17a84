-- The outbox carries letters to people, too: what a letter says, and the link in it, sealed, as long as it is on its way.
ALTER TABLE "outbox" ALTER COLUMN "change_id" DROP NOT NULL, ADD COLUMN "letter" JSONB, ADD COLUMN "sealed" TEXT,
  ADD CONSTRAINT "outbox_is_about_one" CHECK (("change_id" IS NULL) <> ("letter" IS NULL)),
  ADD CONSTRAINT "outbox_seals_what_waits" CHECK ("sealed" IS NULL OR "next_attempt_at" IS NOT NULL);
CREATE OR REPLACE VIEW "tidemark_audience"."outbox" AS SELECT * FROM "outbox" WHERE false;
