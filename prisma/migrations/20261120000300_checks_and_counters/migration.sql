-- What a flow counts stage by stage while it runs.
ALTER TABLE "run" ADD COLUMN "counters" JSONB NOT NULL DEFAULT '{}';

-- The last check of a connection, where its secrets are, and whether somebody wants a check now.
ALTER TABLE "connection_state"
  ADD COLUMN "checked_at" TIMESTAMPTZ(3),
  ADD COLUMN "check_ok" BOOLEAN,
  ADD COLUMN "check_detail" TEXT,
  ADD COLUMN "credential_expires_at" TIMESTAMPTZ(3),
  ADD COLUMN "secrets" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN "check_requested_at" TIMESTAMPTZ(3);
