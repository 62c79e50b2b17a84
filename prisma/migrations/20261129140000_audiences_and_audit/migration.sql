-- The service group a subject belongs to: a group to itself, a feed to its group, an asset to that of its feed. Triggers keep it, whoever writes.
ALTER TABLE "subject" ADD COLUMN "group_id" INTEGER;
UPDATE "subject" SET "group_id" = "id" WHERE "kind" = 'group';
UPDATE "subject" s SET "group_id" = f."group_id" FROM "feed" f WHERE f."subject_id" = s."id";
UPDATE "subject" s SET "group_id" = f."group_id" FROM "asset" a JOIN "feed" f ON f."subject_id" = a."feed_id" WHERE a."subject_id" = s."id";

CREATE FUNCTION "group_of_group"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."group_id" := NEW."id";
  RETURN NEW;
END $$;
CREATE TRIGGER "subject_group" BEFORE INSERT ON "subject"
  FOR EACH ROW WHEN (NEW."kind" = 'group') EXECUTE FUNCTION "group_of_group"();

CREATE FUNCTION "group_of_new_feeds"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "subject" s SET "group_id" = n."group_id" FROM new_rows n WHERE s."id" = n."subject_id" AND s."group_id" IS DISTINCT FROM n."group_id";
  RETURN NULL;
END $$;
CREATE TRIGGER "feed_group_new" AFTER INSERT ON "feed" REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "group_of_new_feeds"();

CREATE FUNCTION "group_of_moved_feed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "subject" SET "group_id" = NEW."group_id"
  WHERE "id" = NEW."subject_id" OR "id" IN (SELECT "subject_id" FROM "asset" WHERE "feed_id" = NEW."subject_id");
  RETURN NULL;
END $$;
CREATE TRIGGER "feed_group_moved" AFTER UPDATE OF "group_id" ON "feed"
  FOR EACH ROW WHEN (OLD."group_id" IS DISTINCT FROM NEW."group_id") EXECUTE FUNCTION "group_of_moved_feed"();

CREATE FUNCTION "group_of_new_assets"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "subject" s SET "group_id" = f."group_id" FROM new_rows n JOIN "feed" f ON f."subject_id" = n."feed_id"
  WHERE s."id" = n."subject_id" AND s."group_id" IS DISTINCT FROM f."group_id";
  RETURN NULL;
END $$;
CREATE TRIGGER "asset_group_new" AFTER INSERT ON "asset" REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "group_of_new_assets"();

CREATE FUNCTION "group_of_moved_asset"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "subject" SET "group_id" = (SELECT "group_id" FROM "feed" WHERE "subject_id" = NEW."feed_id") WHERE "id" = NEW."subject_id";
  RETURN NULL;
END $$;
CREATE TRIGGER "asset_group_moved" AFTER UPDATE OF "feed_id" ON "asset"
  FOR EACH ROW WHEN (OLD."feed_id" IS DISTINCT FROM NEW."feed_id") EXECUTE FUNCTION "group_of_moved_asset"();

-- Which groups a named audience sees. Who has no audience sees everything and never meets the views below.
CREATE TABLE "audience_group" (
    "audience" TEXT NOT NULL,
    "group_id" INTEGER NOT NULL,

    CONSTRAINT "audience_group_pkey" PRIMARY KEY ("audience","group_id")
);
ALTER TABLE "audience_group" ADD CONSTRAINT "audience_group_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "subject"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Who ordered what, and whether it was done. Rows are only ever added: what has been written can be neither changed nor taken away.
CREATE TABLE "audit" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor" TEXT,
    "role" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "reason" TEXT,
    "before" JSONB,
    "after" JSONB,
    "refusal" TEXT,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "audit_at_idx" ON "audit"("at");

CREATE FUNCTION "audit_stays"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit is only ever added to: % is refused.', TG_OP;
END $$;
CREATE TRIGGER "audit_rows_stay" BEFORE UPDATE OR DELETE ON "audit" FOR EACH ROW EXECUTE FUNCTION "audit_stays"();
CREATE TRIGGER "audit_stays" BEFORE TRUNCATE ON "audit" FOR EACH STATEMENT EXECUTE FUNCTION "audit_stays"();

-- What a reader of an audience sees: each view has the name and the columns of a table and less of its rows. A connection whose search path begins
-- with this schema, and which says its audience in tidemark.audience, can show nothing else by whatever statement. The groups are an array, so that they are
-- found once a statement and the planner expects more than one of them.
CREATE SCHEMA "tidemark_audience";

CREATE VIEW "tidemark_audience"."subject" AS
  SELECT * FROM "subject" WHERE "group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')));

CREATE VIEW "tidemark_audience"."former_key" AS
  SELECT x.* FROM "former_key" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");

CREATE VIEW "tidemark_audience"."lineage_edge" AS
  SELECT x.* FROM "lineage_edge" x
  WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."upstream_id")
    AND EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."downstream_id");

CREATE VIEW "tidemark_audience"."arrival" AS
  SELECT x.* FROM "arrival" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");

CREATE VIEW "tidemark_audience"."status_span" AS
  SELECT x.* FROM "status_span" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");

CREATE VIEW "tidemark_audience"."status_change" AS
  SELECT x.* FROM "status_change" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");

CREATE VIEW "tidemark_audience"."day_status" AS
  SELECT x.* FROM "day_status" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");

-- A connection is seen by those who see an asset behind it.
CREATE VIEW "tidemark_audience"."connection_state" AS
  SELECT x.* FROM "connection_state" x
  WHERE EXISTS (
    SELECT 1 FROM "asset" a JOIN "tidemark_audience"."subject" s ON s."id" = a."subject_id" AND s."removed_at" IS NULL WHERE a."connection_key" = x."key");

CREATE VIEW "tidemark_audience"."blind" AS
  SELECT x.* FROM "blind" x
  WHERE (x."asset_id" IS NULL AND x."connection_key" IS NULL)
    OR EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id")
    OR x."connection_key" IN (SELECT "key" FROM "tidemark_audience"."connection_state");

-- A flow that once wrote for a group tells of it in its old runs, also when what it wrote was removed or is written by another flow now. And what is seen names
-- no flow that is not: neither an asset the one that writes it, nor a flow those it comes after, nor the lines of the catalogue that say so.
CREATE VIEW "tidemark_audience"."flow" AS
  WITH hidden AS MATERIALIZED (
    SELECT s."id", s."key" FROM "subject" s
    WHERE s."kind" = 'asset'
      AND (s."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')))) IS NOT TRUE
  ),
  seen AS MATERIALIZED (
    SELECT x.* FROM "flow" x
    WHERE EXISTS (
        SELECT 1 FROM "asset" a JOIN "tidemark_audience"."subject" s ON s."id" = a."subject_id" AND s."removed_at" IS NULL WHERE a."flow" = x."name")
      AND NOT EXISTS (SELECT 1 FROM "asset" a JOIN hidden h ON h."id" = a."subject_id" WHERE a."flow" = x."name")
      AND NOT EXISTS (SELECT 1 FROM "subject_version" v JOIN hidden h ON h."id" = v."subject_id" WHERE v."settings" ->> 'flow' = x."name")
      AND NOT EXISTS (
        SELECT 1
        FROM jsonb_array_elements_text(coalesce(x."settings" -> 'reads', '[]') || coalesce(x."settings" -> 'writes', '[]')) touched(key)
        JOIN hidden h ON h."key" = touched.key)
      AND NOT EXISTS (
        SELECT 1
        FROM (
          SELECT split_part(touched.key, '/', 1)
          FROM jsonb_array_elements_text(coalesce(x."settings" -> 'reads', '[]') || coalesce(x."settings" -> 'writes', '[]')) touched(key)
          UNION
          SELECT value FROM jsonb_each_text(coalesce(x."settings" -> 'connections', '{}'))
        ) used(key)
        WHERE EXISTS (SELECT 1 FROM "asset" a WHERE a."connection_key" = used.key)
          AND used.key NOT IN (SELECT "key" FROM "tidemark_audience"."connection_state"))
  )
  SELECT x."name", x."cron", x."zone",
    ARRAY(SELECT u.name FROM unnest(x."after") WITH ORDINALITY u(name, place) WHERE u.name IN (SELECT "name" FROM seen) ORDER BY u.place) AS "after",
    CASE WHEN x."after" <@ ARRAY(SELECT "name" FROM seen) THEN x."settings" ELSE x."settings" - 'source' END AS "settings",
    x."parameters", x."next_run_at", x."removed_at"
  FROM seen x;

-- The lines of the catalogue that make a feed name what its assets are made from and by which flow: they are shown when all of that is seen.
CREATE VIEW "tidemark_audience"."feed" AS
  SELECT x."subject_id", x."group_id", x."owner", x."runbook",
    CASE WHEN EXISTS (
        SELECT 1 FROM "asset" a
        WHERE a."feed_id" = x."subject_id"
          AND (a."flow" NOT IN (SELECT "name" FROM "tidemark_audience"."flow")
            OR EXISTS (
              SELECT 1 FROM "lineage_edge" e
              WHERE e."downstream_id" = a."subject_id" AND NOT EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = e."upstream_id"))))
      THEN x."settings" - 'source' ELSE x."settings" END AS "settings"
  FROM "feed" x
  WHERE x."group_id" = ANY (ARRAY(SELECT v."group_id" FROM "audience_group" v WHERE v."audience" = current_setting('tidemark.audience')));

CREATE VIEW "tidemark_audience"."asset" AS
  SELECT x."subject_id", x."feed_id", x."asset_kind", x."connection_key", x."path", x."promised",
    CASE WHEN x."flow" IN (SELECT "name" FROM "tidemark_audience"."flow") THEN x."flow" END AS "flow",
    x."settings", x."probed_at", x."attempted_at", x."problem", x."observation", x."verdict", x."suspected_reason", x."suspected_at", x."look_again_at"
  FROM "asset" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");

-- The settings of an asset over time name its flow, too.
CREATE VIEW "tidemark_audience"."subject_version" AS
  SELECT x."subject_id", x."from_at",
    CASE WHEN x."settings" ->> 'flow' NOT IN (SELECT "name" FROM "tidemark_audience"."flow") THEN x."settings" - 'flow' ELSE x."settings" END AS "settings"
  FROM "subject_version" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id");

CREATE VIEW "tidemark_audience"."maintenance_window" AS
  SELECT x.* FROM "maintenance_window" x
  WHERE (x."subject_id" IS NULL AND x."flow" IS NULL)
    OR EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."subject_id")
    OR x."flow" IN (SELECT "name" FROM "tidemark_audience"."flow");

CREATE VIEW "tidemark_audience"."run" AS
  SELECT x.* FROM "run" x WHERE x."flow" IN (SELECT "name" FROM "tidemark_audience"."flow");

CREATE VIEW "tidemark_audience"."run_task" AS
  SELECT x.* FROM "run_task" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."run" r WHERE r."id" = x."run_id");

CREATE VIEW "tidemark_audience"."run_log" AS
  SELECT x.* FROM "run_log" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."run" r WHERE r."id" = x."run_id");

CREATE VIEW "tidemark_audience"."run_rejection" AS
  SELECT x.* FROM "run_rejection" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."run" r WHERE r."id" = x."run_id");

CREATE VIEW "tidemark_audience"."catalogue_version" AS
  SELECT v."id", v."accepted_at", v."hash",
    json_build_object('flows', (
      SELECT json_object_agg(f."name", (v."document" -> 'flows' -> f."name")::jsonb - 'after') FROM "tidemark_audience"."flow" f)) AS "document",
    v."schema"
  FROM "catalogue_version" v;

CREATE VIEW "tidemark_audience"."catalogue_state" AS
  SELECT "id", "checked_at", "hash", '[]'::jsonb AS "problems" FROM "catalogue_state";

CREATE VIEW "tidemark_audience"."setting" AS SELECT * FROM "setting" WHERE "key" <> 'tell';

CREATE VIEW "tidemark_audience"."worker_state" AS SELECT * FROM "worker_state";

CREATE VIEW "tidemark_audience"."outbox" AS SELECT * FROM "outbox" WHERE false;

CREATE VIEW "tidemark_audience"."audience_group" AS SELECT * FROM "audience_group" WHERE false;

CREATE VIEW "tidemark_audience"."audit" AS SELECT * FROM "audit" WHERE false;
