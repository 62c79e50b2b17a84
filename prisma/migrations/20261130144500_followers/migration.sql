-- What is, or ever was, as fresh as what it is made from. Few are, and each rendering asks which: found by an index, and not in the settings of everything.
CREATE INDEX "subject_version_follower_idx" ON "subject_version" ("subject_id") WHERE "settings" -> 'policies' @> '[{"kind": "upstream"}]';

CREATE VIEW "follower" AS SELECT DISTINCT x."subject_id" FROM "subject_version" x WHERE x."settings" -> 'policies' @> '[{"kind": "upstream"}]';

CREATE VIEW "tidemark_audience"."follower" AS
  SELECT x.* FROM "follower" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");
