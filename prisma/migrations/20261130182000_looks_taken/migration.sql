-- Who has a look for files in hand is apart from when the next one is due, so that somebody who wants one now neither gets a second at the same time nor waits for the one after.
ALTER TABLE "file_look" ADD COLUMN "taken_until" TIMESTAMPTZ(3);

CREATE OR REPLACE VIEW "tidemark_audience"."file_look" AS
  SELECT x.* FROM "file_look" x
  WHERE (x."connection_key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()))
      OR NOT EXISTS (SELECT 1 FROM "asset" a WHERE a."connection_key" = x."connection_key"))
    AND EXISTS (
      SELECT 1 FROM "flow" f CROSS JOIN jsonb_array_elements(f."settings" -> 'on') t(trigger)
      WHERE f."name" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) AND t.trigger ->> 'source' = x."connection_key"
        AND CASE x."way" WHEN 'listing' THEN t.trigger ->> 'by' = 'listing' AND t.trigger ->> 'place' = x."place"
          ELSE t.trigger ->> 'kind' = 'message' OR t.trigger ->> 'by' = 'queue' END);
