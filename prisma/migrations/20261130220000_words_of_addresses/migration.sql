-- What is wrong with what an address says may name what stands there or in the catalogue, which a reader need not see; that it does not answer names only the address.
CREATE OR REPLACE VIEW "tidemark_audience"."contract_address" AS
  SELECT x."url", '[]'::jsonb AS "versions", NULL::text AS "etag", NULL::text AS "last_modified", x."good_at",
    CASE WHEN x."problem_kind" = 'bad' THEN 'What is wrong may be about more than you may see.' ELSE x."problem" END AS "problem", x."problem_kind", x."problem_at",
    x."is_in_force", x."due_at"
  FROM "contract_address" x WHERE EXISTS (
    SELECT 1 FROM "asset_contract" c JOIN "tidemark_audience"."subject" s ON s."id" = c."asset_id" WHERE c."terms" ->> 'address' = x."url");
