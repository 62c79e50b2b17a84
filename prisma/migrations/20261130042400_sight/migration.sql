-- When an asset was looked at last changes with every look, whatever it saw. In rows of their own, small and with room for their next version in the same page,
-- a look that saw nothing new rewrites nothing else.
CREATE TABLE "sight" (
    "asset_id" INTEGER NOT NULL,
    "probed_at" TIMESTAMPTZ(3),
    "attempted_at" TIMESTAMPTZ(3),
    "renewed_to" TIMESTAMPTZ(3),

    CONSTRAINT "sight_pkey" PRIMARY KEY ("asset_id"),
    CONSTRAINT "sight_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "asset"("subject_id") ON DELETE RESTRICT ON UPDATE CASCADE
) WITH (fillfactor = 45);

INSERT INTO "sight" ("asset_id", "probed_at", "attempted_at")
SELECT "subject_id", "probed_at", "attempted_at" FROM "asset" WHERE "attempted_at" IS NOT NULL OR "probed_at" IS NOT NULL;

-- Which of all looks at a connection the next one is.
ALTER TABLE "connection_state" ADD COLUMN "looks" INTEGER NOT NULL DEFAULT 0;
CREATE OR REPLACE VIEW "tidemark_audience"."connection_state" AS
  SELECT x.* FROM "connection_state" x WHERE x."key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_connections"()));

DROP VIEW "tidemark_audience"."asset";

ALTER TABLE "asset" DROP COLUMN "probed_at", DROP COLUMN "attempted_at";

CREATE VIEW "tidemark_audience"."asset" AS
  SELECT x."subject_id", x."feed_id", x."asset_kind", x."connection_key", x."path", x."promised",
    CASE WHEN x."flow" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) THEN x."flow" END AS "flow",
    x."settings", x."problem", x."observation", x."verdict", x."suspected_reason", x."suspected_at", x."look_again_at",
    CASE WHEN x."job" = ANY (ARRAY(SELECT "tidemark_audience"."seen_jobs"())) THEN x."job" END AS "job"
  FROM "asset" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");

CREATE VIEW "tidemark_audience"."sight" AS
  SELECT x.* FROM "sight" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");
