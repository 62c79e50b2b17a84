-- Looking for one asset of a connection that is seen goes through all of them where none is: over a large one that took longer than looking at all at once.
CREATE OR REPLACE FUNCTION "tidemark_audience"."seen_connections"() RETURNS SETOF TEXT LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT c."key" FROM "connection_state" c
  WHERE EXISTS (
    SELECT 1 FROM "asset" a JOIN "tidemark_audience"."subject" s ON s."id" = a."subject_id" AND s."removed_at" IS NULL WHERE a."connection_key" = c."key");
END;
