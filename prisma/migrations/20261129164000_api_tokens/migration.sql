-- What a program proves with whose it is. Of the token only the hash is kept, and its last four characters, by which people tell one from another.
CREATE TABLE "api_token" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'token',
    "name" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "hint" TEXT NOT NULL,
    "scopes" TEXT[],
    "audience" TEXT,
    "owner_id" TEXT NOT NULL,
    "owner_claims" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "api_token_kind_check" CHECK ("kind" IN ('token', 'address')),
    CONSTRAINT "api_token_scopes_check" CHECK ("scopes" <@ ARRAY['read', 'run', 'push'] AND ("kind" = 'token' OR "scopes" = ARRAY['read']))
);
CREATE UNIQUE INDEX "api_token_token_hash_key" ON "api_token"("token_hash");
CREATE INDEX "api_token_owner_id_idx" ON "api_token"("owner_id");
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- With a person end their tokens, for good, whoever lets the person in no more.
CREATE FUNCTION "end_tokens_of_ended"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "api_token" SET "ended_at" = NEW."ended_at" WHERE "owner_id" = NEW."id" AND "ended_at" IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER "person_ended_tokens" AFTER UPDATE OF "ended_at" ON "person"
  FOR EACH ROW WHEN (NEW."ended_at" IS NOT NULL) EXECUTE FUNCTION "end_tokens_of_ended"();

-- Nothing of it is for readers of an audience.
CREATE VIEW "tidemark_audience"."api_token" AS SELECT * FROM "api_token" WHERE false;
