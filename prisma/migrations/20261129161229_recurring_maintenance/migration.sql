-- Work that comes again: a rule, of which a sweep makes windows for the time ahead up to "expanded_to". Windows that have begun never change with it.
CREATE TABLE "maintenance_series" (
    "id" SERIAL NOT NULL,
    "subject_id" INTEGER,
    "rule" JSONB NOT NULL,
    "note" TEXT,
    "announced_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expanded_to" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "maintenance_series_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "maintenance_series" ADD CONSTRAINT "maintenance_series_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "subject"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "maintenance_window" ADD COLUMN "series_id" INTEGER, ADD COLUMN "announced_by" TEXT;
ALTER TABLE "maintenance_window" ADD CONSTRAINT "maintenance_window_series_id_fkey" FOREIGN KEY ("series_id") REFERENCES "maintenance_series"("id") ON DELETE SET NULL ON UPDATE CASCADE;
CREATE UNIQUE INDEX "maintenance_window_series_id_from_at_key" ON "maintenance_window"("series_id", "from_at");

-- What is about everything is seen by all, but not who announced it: nobody knows whom they may see.
CREATE OR REPLACE VIEW "tidemark_audience"."maintenance_window" AS
  SELECT x."id", x."subject_id", x."kind", x."from_at", x."to_at", x."note", x."flow", x."series_id",
    CASE WHEN x."subject_id" IS NOT NULL OR x."flow" IS NOT NULL THEN x."announced_by" END AS "announced_by"
  FROM "maintenance_window" x
  WHERE (x."subject_id" IS NULL AND x."flow" IS NULL)
    OR EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id")
    OR x."flow" IN (SELECT "name" FROM "tidemark_audience"."flow");

CREATE VIEW "tidemark_audience"."maintenance_series" AS
  SELECT x."id", x."subject_id", x."rule", x."note", CASE WHEN x."subject_id" IS NOT NULL THEN x."announced_by" END AS "announced_by",
    x."created_at", x."expanded_to", x."ended_at"
  FROM "maintenance_series" x
  WHERE x."subject_id" IS NULL OR EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");
