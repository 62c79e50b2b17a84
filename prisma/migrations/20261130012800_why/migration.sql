-- The reason why a group, feed or asset exists; readers see it with its row.
ALTER TABLE "subject" ADD COLUMN "why" TEXT;
CREATE OR REPLACE VIEW "tidemark_audience"."subject" AS
  SELECT * FROM "subject" WHERE "group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')));
