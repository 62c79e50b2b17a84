-- The name of a file that landed is seen by who sees the connection it was opened through, as in the inbox: it stands beside what breaks a contract, not in its words.
ALTER TABLE "landed_shape" ADD COLUMN "source" TEXT NOT NULL DEFAULT '';
ALTER TABLE "contract_break" ADD COLUMN "file" TEXT, ADD COLUMN "source" TEXT;
UPDATE "contract_break" SET "words" = regexp_replace("words", ' \(in the file .*?(\)$|; (?=(promised|read) by ))', CASE WHEN "words" ~ '\(in the file .*?; (promised|read) by ' THEN ' (' ELSE '' END)
  WHERE "words" LIKE '% (in the file %';

CREATE OR REPLACE VIEW "tidemark_audience"."landed_shape" AS
  SELECT x."id", x."asset_id", x."landed_at", n."file", x."shape", x."judged", n."source"
  FROM "landed_shape" x
  LEFT JOIN LATERAL (SELECT x."file", x."source"
    WHERE EXISTS (SELECT 1 FROM "asset" a WHERE a."subject_id" = x."asset_id" AND a."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())))
      AND x."source" <> ''
      AND (x."source" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()))
        OR NOT EXISTS (SELECT 1 FROM "asset" a WHERE a."connection_key" = x."source"))) n ON true
  WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");

CREATE OR REPLACE VIEW "tidemark_audience"."asset_shape" AS
  SELECT x."asset_id", x."seen_at", x."told_by", x."columns",
    CASE WHEN x."landed" IS NULL THEN NULL
      WHEN EXISTS (SELECT 1 FROM "asset" a WHERE a."subject_id" = x."asset_id" AND a."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())))
        AND (x."landed" ->> 'source' = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()))
          OR (x."landed" ? 'source' AND NOT EXISTS (SELECT 1 FROM "asset" a WHERE a."connection_key" = x."landed" ->> 'source')))
      THEN x."landed" ELSE x."landed" - 'file' - 'source' END AS "landed"
  FROM "asset_shape" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");

CREATE OR REPLACE VIEW "tidemark_audience"."contract_break" AS
  SELECT x."id", x."asset_id", x."from_at", x."to_at", x."status", x."version", x."words", n."file", n."source"
  FROM "contract_break" x
  LEFT JOIN LATERAL (SELECT x."file", x."source"
    WHERE EXISTS (SELECT 1 FROM "asset" a WHERE a."subject_id" = x."asset_id" AND a."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())))
      AND (x."source" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()))
        OR NOT EXISTS (SELECT 1 FROM "asset" a WHERE a."connection_key" = x."source"))) n ON x."source" IS NOT NULL
  WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");

-- A run tells for good which contract it waited for, also when its flow reads something else by then.
CREATE FUNCTION "tidemark_audience"."without_unseen_contracts"("words" TEXT, "instead" TEXT) RETURNS TEXT LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT CASE WHEN EXISTS (
      SELECT 1 FROM regexp_matches("words", 'the contract about (.+?) to be kept again', 'g') named(key)
      WHERE NOT EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."kind" = 'asset' AND s."key" = named.key[1]))
    THEN "instead" ELSE "words" END;
END;

CREATE OR REPLACE VIEW "tidemark_audience"."run" AS
  SELECT x."id", x."flow", x."trigger", x."scheduled_for", x."created_at", x."state", x."attempt", x."fence", x."lease_owner", x."lease_until", x."started_at",
    x."ended_at", x."cancel_at",
    CASE WHEN x."waiting_for" LIKE '%the contract about %'
      THEN "tidemark_audience"."without_unseen_contracts"(x."waiting_for", 'Waits for a contract about what you may not see.')
      WHEN x."waiting_for" LIKE '%run of %' THEN "tidemark_audience"."without_unseen_flows"(x."waiting_for") ELSE x."waiting_for" END AS "waiting_for",
    x."parameters", x."requested_by", x."progress_done", x."progress_total", x."eta_at", x."rows_loaded", x."rows_rejected", x."summary",
    CASE WHEN x."problem" LIKE '%the contract about %'
      THEN "tidemark_audience"."without_unseen_contracts"(x."problem", 'It waited too long for a contract about what you may not see.')
      WHEN x."problem" LIKE '%run of %' THEN "tidemark_audience"."without_unseen_flows"(x."problem") ELSE x."problem" END AS "problem",
    NULL::text AS "internal_problem", x."counters", x."failure"
  FROM "run" x WHERE x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"()));
