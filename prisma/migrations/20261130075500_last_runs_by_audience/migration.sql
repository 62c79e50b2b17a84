-- The last run of a job is asked for of each audience of tokens by itself: what one tells ends nothing that another told.
CREATE INDEX "push_run_told_idx" ON "push_run"("namespace", "job", coalesce("audience", ''), "last_at" DESC, "id") WHERE "names_data";
DROP INDEX "push_run_job_idx";
