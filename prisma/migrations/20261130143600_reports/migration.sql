-- What readers report of the data of a feed: it stands on the feed for engineers until one of them settles it. `asset_id`: the dashboard it was seen in.
CREATE TABLE "report" (
    "id" SERIAL NOT NULL,
    "feed_id" INTEGER NOT NULL,
    "asset_id" INTEGER,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "text" TEXT NOT NULL,
    "reported_by" TEXT NOT NULL,
    "settled_at" TIMESTAMPTZ(3),
    "settled_by" TEXT,

    CONSTRAINT "report_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "report_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "subject"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "report_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "subject"("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX "report_feed_id_idx" ON "report"("feed_id");

CREATE VIEW "tidemark_audience"."report" AS
  SELECT x.* FROM "report" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."feed_id");
