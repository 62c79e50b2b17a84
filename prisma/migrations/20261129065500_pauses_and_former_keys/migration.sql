-- A pause of a flow is a window without a subject: its runs are not planned. A window is about a subject, a flow, or everything.
ALTER TABLE "maintenance_window" ADD COLUMN "flow" TEXT;
ALTER TABLE "maintenance_window" ADD CONSTRAINT "maintenance_window_flow_fkey" FOREIGN KEY ("flow") REFERENCES "flow"("name") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "maintenance_window" ADD CONSTRAINT "maintenance_window_one_matter" CHECK ("subject_id" IS NULL OR "flow" IS NULL);

-- Keys that feeds, groups and assets had before they were renamed: their addresses lead to the new ones.
CREATE TABLE "former_key" (
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "subject_id" INTEGER NOT NULL,

    CONSTRAINT "former_key_pkey" PRIMARY KEY ("kind","key")
);
ALTER TABLE "former_key" ADD CONSTRAINT "former_key_subject_id_fkey" FOREIGN KEY ("subject_id") REFERENCES "subject"("id") ON DELETE CASCADE ON UPDATE CASCADE;
