-- The key of an embed shows one feed, group or asset and nothing else.
ALTER TABLE "api_token" ADD COLUMN "subject_id" INTEGER;
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "subject"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "api_token" DROP CONSTRAINT "api_token_kind_check";
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_kind_check" CHECK ("kind" IN ('token', 'address', 'embed') AND ("kind" = 'embed') = ("subject_id" IS NOT NULL));
CREATE INDEX "api_token_subject_id_idx" ON "api_token"("subject_id");

CREATE OR REPLACE VIEW "tidemark_audience"."api_token" AS SELECT * FROM "api_token" WHERE false;
