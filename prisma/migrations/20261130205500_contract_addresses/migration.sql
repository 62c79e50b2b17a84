-- Contracts that are read from an address: what it said in each of its versions, and whether it answers.
CREATE TABLE "contract_address" (
    "url" TEXT NOT NULL,
    "versions" JSONB NOT NULL DEFAULT '[]',
    "etag" TEXT,
    "last_modified" TEXT,
    "good_at" TIMESTAMPTZ(3),
    "problem" TEXT,
    "problem_kind" TEXT,
    "problem_at" TIMESTAMPTZ(3),
    "is_in_force" BOOLEAN NOT NULL DEFAULT false,
    "due_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "contract_address_pkey" PRIMARY KEY ("url"),
    CONSTRAINT "contract_address_problem_check" CHECK (("problem" IS NULL) = ("problem_kind" IS NULL) AND ("problem" IS NULL) = ("problem_at" IS NULL)),
    CONSTRAINT "contract_address_problem_kind_check" CHECK ("problem_kind" IN ('silent', 'bad'))
);

-- What stands there may be about more than a reader sees: of that they see what is promised of their assets, elsewhere.
CREATE VIEW "tidemark_audience"."contract_address" AS
  SELECT x."url", '[]'::jsonb AS "versions", NULL::text AS "etag", NULL::text AS "last_modified", x."good_at", x."problem", x."problem_kind", x."problem_at",
    x."is_in_force", x."due_at"
  FROM "contract_address" x WHERE EXISTS (
    SELECT 1 FROM "asset_contract" c JOIN "tidemark_audience"."subject" s ON s."id" = c."asset_id" WHERE c."terms" ->> 'address' = x."url");

-- A run may also wait for a contract that was never read.
CREATE OR REPLACE FUNCTION "tidemark_audience"."without_unseen_contracts"("words" TEXT, "instead" TEXT) RETURNS TEXT LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE WHEN EXISTS (
      SELECT 1 FROM regexp_matches("words", 'the contract about (.+?)(?: to be kept again|, which has never been read)', 'g') named(key)
      WHERE NOT EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."kind" = 'asset' AND s."key" = named.key[1]))
    THEN "instead" ELSE "words" END;
END;
