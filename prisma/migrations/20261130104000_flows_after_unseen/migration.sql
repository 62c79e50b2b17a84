-- The flows that are seen and come after one that is not: that they do, and not after which.
CREATE FUNCTION "tidemark_audience"."flows_after_unseen"() RETURNS SETOF TEXT LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT x."name" FROM "flow" x
  WHERE x."name" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"()))
    AND EXISTS (
      SELECT 1 FROM "flow" f
      WHERE f."name" = ANY (x."after") AND f."removed_at" IS NULL AND f."name" <> ALL (ARRAY(SELECT "tidemark_audience"."seen_flows"())));
END;
