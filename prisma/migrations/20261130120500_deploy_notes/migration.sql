-- What was rolled out, as whoever did it tells: it stands before the incidents that came right after. subject_id null: it is about everything.
CREATE TABLE "deploy_note" (
    "id" SERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "subject_id" INTEGER,
    "text" TEXT NOT NULL,
    "url" TEXT,
    "noted_by" TEXT,

    CONSTRAINT "deploy_note_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "deploy_note_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "subject"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "deploy_note_at_idx" ON "deploy_note"("at");

-- What is about everything names what it likes: it is for who sees everything.
CREATE VIEW "tidemark_audience"."deploy_note" AS
  SELECT x.* FROM "deploy_note" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");
