-- Since when an asset is made from another, until when it was, and who says so: the catalogue, or a connection. A row is closed, never taken away before its time.
--
-- What stands in the table was told by the catalogue, and is in force since both ends have been in it without a break. The versions of the catalogue that are
-- kept would say it closer for what an asset declares, and nothing about what comes from a flow, whose reads stand in its code; no status of the past rests on
-- an edge, so that both kinds are dated alike. With an end that has left the catalogue an edge ended then.
ALTER TABLE "lineage_edge" DROP CONSTRAINT "lineage_edge_pkey";
ALTER TABLE "lineage_edge" ADD COLUMN "id" SERIAL NOT NULL, ADD COLUMN "told_by" TEXT, ADD COLUMN "from_at" TIMESTAMPTZ(3), ADD COLUMN "to_at" TIMESTAMPTZ(3);

WITH "stood" AS (
  SELECT s."id", s."removed_at", greatest(s."created_at", (
    SELECT min(v."from_at") FROM "subject_version" v
    WHERE v."subject_id" = s."id" AND v."from_at" > (
      SELECT max(r."from_at") FROM "subject_version" r
      WHERE r."subject_id" = s."id" AND r."settings" IS NULL AND r."from_at" < coalesce(s."removed_at", 'infinity')))) AS "since"
  FROM "subject" s WHERE s."kind" = 'asset'
)
UPDATE "lineage_edge" e
SET "told_by" = 'catalogue', "from_at" = greatest(u."since", d."since"),
  "to_at" = CASE WHEN least(u."removed_at", d."removed_at") IS NOT NULL THEN greatest(u."since", d."since", least(u."removed_at", d."removed_at")) END
FROM "stood" u, "stood" d WHERE u."id" = e."upstream_id" AND d."id" = e."downstream_id";

ALTER TABLE "lineage_edge" ALTER COLUMN "told_by" SET NOT NULL, ALTER COLUMN "from_at" SET NOT NULL,
  ADD CONSTRAINT "lineage_edge_pkey" PRIMARY KEY ("id"),
  ADD CONSTRAINT "lineage_edge_ends" CHECK ("to_at" >= "from_at"),
  ADD CONSTRAINT "lineage_edge_declared" CHECK ("origin" <> 'declared' OR "told_by" = 'catalogue');

DROP INDEX "lineage_edge_downstream_id_idx";
CREATE UNIQUE INDEX "lineage_edge_open_key" ON "lineage_edge" ("upstream_id", "downstream_id", "origin", "told_by") WHERE "to_at" IS NULL;
CREATE INDEX "lineage_edge_downstream_id_origin_to_at_idx" ON "lineage_edge" ("downstream_id", "origin", "to_at");
CREATE INDEX "lineage_edge_upstream_id_to_at_idx" ON "lineage_edge" ("upstream_id", "to_at");
CREATE INDEX "lineage_edge_to_at_idx" ON "lineage_edge" ("to_at") WHERE "to_at" IS NOT NULL;
CREATE INDEX "lineage_edge_told_by_origin_idx" ON "lineage_edge" ("told_by", "origin") WHERE "to_at" IS NULL;

-- What is made from what, by all who say so: what an asset declares is the whole truth about it while it is declared. Now, each pair once; and over time, in
-- stretches that do not touch.
CREATE VIEW "lineage_now" AS
  SELECT e."upstream_id", e."downstream_id" FROM "lineage_edge" e
  WHERE e."to_at" IS NULL AND (e."origin" = 'declared' OR (
    NOT EXISTS (SELECT 1 FROM "lineage_edge" d WHERE d."downstream_id" = e."downstream_id" AND d."origin" = 'declared' AND d."to_at" IS NULL)
    AND NOT EXISTS (
      SELECT 1 FROM "lineage_edge" o
      WHERE o."upstream_id" = e."upstream_id" AND o."downstream_id" = e."downstream_id" AND o."to_at" IS NULL AND o."id" < e."id")));

CREATE VIEW "lineage_stretch" AS
  SELECT p."upstream_id", p."downstream_id", lower(s."range") AS "from_at", upper(s."range") AS "to_at"
  FROM (
    SELECT e."upstream_id", e."downstream_id",
      range_agg(tstzrange(e."from_at", e."to_at")) FILTER (WHERE e."origin" = 'declared') AS "declared",
      range_agg(tstzrange(e."from_at", e."to_at")) FILTER (WHERE e."origin" <> 'declared') AS "told"
    FROM "lineage_edge" e GROUP BY e."upstream_id", e."downstream_id"
  ) p
  CROSS JOIN LATERAL (
    SELECT range_agg(tstzrange(d."from_at", d."to_at")) AS "declared" FROM "lineage_edge" d
    WHERE d."downstream_id" = p."downstream_id" AND d."origin" = 'declared'
  ) m
  CROSS JOIN LATERAL unnest(coalesce(p."declared", '{}') + (coalesce(p."told", '{}') - coalesce(m."declared", '{}'))) AS s("range");

-- `select *` of a view is what it was when the view was made. A connection that tells of an edge is named to those who see the connection.
DROP VIEW "tidemark_audience"."lineage_edge";
CREATE VIEW "tidemark_audience"."lineage_edge" AS
  SELECT x."upstream_id", x."downstream_id", x."origin", x."id",
    CASE WHEN x."told_by" NOT LIKE 'connection:%' OR substr(x."told_by", 12) IN (SELECT "key" FROM "tidemark_audience"."connection_state")
      THEN x."told_by" END AS "told_by",
    x."from_at", x."to_at"
  FROM "lineage_edge" x
  WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."upstream_id")
    AND EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."downstream_id");

CREATE VIEW "tidemark_audience"."lineage_now" AS
  SELECT x.* FROM "lineage_now" x
  WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."upstream_id")
    AND EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."downstream_id");

CREATE VIEW "tidemark_audience"."lineage_stretch" AS
  SELECT x.* FROM "lineage_stretch" x
  WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."upstream_id")
    AND EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."downstream_id");

CREATE OR REPLACE VIEW "tidemark_audience"."feed" AS
  SELECT x."subject_id", x."group_id", x."owner", x."runbook",
    CASE WHEN EXISTS (
        SELECT 1 FROM "asset" a
        WHERE a."feed_id" = x."subject_id"
          AND (a."flow" NOT IN (SELECT "name" FROM "tidemark_audience"."flow")
            OR EXISTS (
              SELECT 1 FROM "lineage_now" e
              WHERE e."downstream_id" = a."subject_id" AND NOT EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = e."upstream_id"))))
      THEN x."settings" - 'source' ELSE x."settings" END AS "settings"
  FROM "feed" x
  WHERE x."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')));

CREATE OR REPLACE VIEW "tidemark_audience"."unseen_neighbour" AS
  SELECT x."asset_id", x."is_upstream", sp."status", sp."from_at" AS "since"
  FROM (
    SELECT e."downstream_id" AS "asset_id", e."upstream_id" AS "other_id", true AS "is_upstream" FROM "lineage_now" e
    UNION ALL
    SELECT e."upstream_id", e."downstream_id", false FROM "lineage_now" e
  ) x
  JOIN "subject" o ON o."id" = x."other_id" AND o."removed_at" IS NULL
  LEFT JOIN "status_span" sp ON sp."subject_id" = o."id" AND sp."to_at" IS NULL
  WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id")
    AND (o."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')))) IS NOT TRUE;
