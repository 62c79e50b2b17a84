-- Somebody wants a feed reloaded: who, why, with what. A feed has one open order at most.
CREATE TABLE "reload_order" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "feed_id" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "actor_kind" TEXT NOT NULL,
    "ordered_by" TEXT,
    "joined_by" TEXT[] NOT NULL DEFAULT '{}',
    "reason" TEXT,
    "parameters" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "reload_order_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "reload_order_ends" CHECK (("state" = 'open') = ("ended_at" IS NULL))
);
ALTER TABLE "reload_order" ADD CONSTRAINT "reload_order_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("subject_id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE UNIQUE INDEX "reload_order_open_key" ON "reload_order"("feed_id") WHERE "state" = 'open';
CREATE INDEX "reload_order_feed_id_created_at_idx" ON "reload_order"("feed_id", "created_at");

-- What an order takes, in this order: a run of a flow, or of a job of another system. A run may stand in several orders.
CREATE TABLE "reload_step" (
    "order_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "flow" TEXT,
    "connection_key" TEXT,
    "job" TEXT,
    "run_id" UUID,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "problem" TEXT,

    CONSTRAINT "reload_step_pkey" PRIMARY KEY ("order_id","position"),
    CONSTRAINT "reload_step_runs" CHECK (("flow" IS NULL) <> ("job" IS NULL) AND ("job" IS NULL) = ("connection_key" IS NULL))
);
ALTER TABLE "reload_step" ADD CONSTRAINT "reload_step_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "reload_order"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "reload_step" ADD CONSTRAINT "reload_step_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE SET NULL ON UPDATE CASCADE;
CREATE INDEX "reload_step_run_id_idx" ON "reload_step"("run_id");

CREATE TRIGGER "reload_order_announce" AFTER INSERT OR UPDATE ON "reload_order" FOR EACH ROW EXECUTE FUNCTION "announce_run"();
CREATE TRIGGER "reload_step_announce" AFTER UPDATE OF "state" ON "reload_step"
  FOR EACH ROW WHEN (OLD."state" IS DISTINCT FROM NEW."state") EXECUTE FUNCTION "announce_run"();

-- An order is seen by who sees its feed. Of a step whose flow is not seen only that there is one, and how it stands; and then not what its runs are told.
CREATE VIEW "tidemark_audience"."reload_step" AS
  SELECT x."order_id", x."position",
    CASE WHEN f."name" IS NOT NULL THEN x."flow" END AS "flow",
    CASE WHEN c."key" IS NOT NULL THEN x."connection_key" END AS "connection_key",
    CASE WHEN c."key" IS NOT NULL THEN x."job" END AS "job",
    CASE WHEN f."name" IS NOT NULL THEN x."run_id" END AS "run_id",
    x."state",
    CASE WHEN f."name" IS NOT NULL OR c."key" IS NOT NULL THEN x."problem" END AS "problem"
  FROM "reload_step" x
  LEFT JOIN "tidemark_audience"."flow" f ON f."name" = x."flow"
  LEFT JOIN "tidemark_audience"."connection_state" c ON c."key" = x."connection_key"
  WHERE EXISTS (
    SELECT 1 FROM "reload_order" o JOIN "tidemark_audience"."subject" s ON s."id" = o."feed_id" WHERE o."id" = x."order_id");

CREATE VIEW "tidemark_audience"."reload_order" AS
  SELECT x."id", x."feed_id", x."state", x."created_at", x."ended_at", x."actor_kind", x."ordered_by", x."joined_by", x."reason",
    CASE WHEN EXISTS (
        SELECT 1 FROM "tidemark_audience"."reload_step" t WHERE t."order_id" = x."id" AND t."flow" IS NULL AND t."job" IS NULL)
      THEN '{}'::jsonb ELSE x."parameters" END AS "parameters"
  FROM "reload_order" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."feed_id");
