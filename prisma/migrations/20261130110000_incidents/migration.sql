-- Incidents: what is down for one cause, followed over time (.github/decisions/033). What the facts say of one stands in its row and is replaced when late evidence
-- moves it; what people say is only ever added to.
CREATE TABLE "incident" (
    "id" SERIAL NOT NULL,
    "key" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "opened_by" TEXT NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "end_how" TEXT,
    "merged_into_id" INTEGER,
    "came_from_id" INTEGER,
    "status" TEXT,
    "well_since" TIMESTAMPTZ(3),
    "roots" JSONB NOT NULL,
    "statuses" JSONB NOT NULL,
    "entries" JSONB NOT NULL,
    "causes" TEXT[] NOT NULL,
    "related" TEXT[] NOT NULL,
    "told" BOOLEAN NOT NULL DEFAULT false,
    "withdrawn_at" TIMESTAMPTZ(3),

    CONSTRAINT "incident_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "incident_end" CHECK ("end_how" IN ('resolved', 'merged') AND "opened_at" <= "ended_at" OR "end_how" IS NULL AND "ended_at" IS NULL),
    CONSTRAINT "incident_merged_into_id_fkey" FOREIGN KEY ("merged_into_id") REFERENCES "incident"("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "incident_came_from_id_fkey" FOREIGN KEY ("came_from_id") REFERENCES "incident"("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "incident_key_key" ON "incident"("key");
CREATE INDEX "incident_opened_at_idx" ON "incident"("opened_at");
CREATE INDEX "incident_merged_into_id_idx" ON "incident"("merged_into_id");
CREATE INDEX "incident_came_from_id_idx" ON "incident"("came_from_id");
CREATE INDEX "incident_open" ON "incident"("opened_at") WHERE "ended_at" IS NULL AND "withdrawn_at" IS NULL;

-- A member stands once for each time it was in.
CREATE TABLE "incident_member" (
    "incident_id" INTEGER NOT NULL,
    "asset_id" INTEGER NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3),

    CONSTRAINT "incident_member_pkey" PRIMARY KEY ("incident_id","asset_id","from_at"),
    CONSTRAINT "incident_member_in_order" CHECK ("from_at" < "to_at"),
    CONSTRAINT "incident_member_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "incident_member_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "asset"("subject_id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "incident_member_asset_id_idx" ON "incident_member"("asset_id");

-- What people say of one. One that somebody said something of is kept for good.
CREATE TABLE "incident_said" (
    "id" BIGSERIAL NOT NULL,
    "incident_id" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "said_by" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT,
    "words" JSONB NOT NULL,

    CONSTRAINT "incident_said_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "incident_said_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "incident_said_incident_id_idx" ON "incident_said"("incident_id");

CREATE FUNCTION "incident_said_stays"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'What people say of incidents is only ever added to: % is refused.', TG_OP;
END $$;
CREATE TRIGGER "incident_said_rows_stay" BEFORE UPDATE OR DELETE ON "incident_said" FOR EACH ROW EXECUTE FUNCTION "incident_said_stays"();
CREATE TRIGGER "incident_said_stays" BEFORE TRUNCATE ON "incident_said" FOR EACH STATEMENT EXECUTE FUNCTION "incident_said_stays"();

-- What is news of an incident, once each: what messages, feeds and streams go by. `at`: when it happened, `entry`: what, as the fold or somebody says it.
CREATE TABLE "incident_event" (
    "id" BIGSERIAL NOT NULL,
    "incident_id" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL,
    "entry" JSONB NOT NULL,

    CONSTRAINT "incident_event_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "incident_event_kind" CHECK ("kind" IN ('opened', 'changed', 'updated', 'resolved')),
    CONSTRAINT "incident_event_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "incident_event_incident_id_idx" ON "incident_event"("incident_id");
CREATE INDEX "incident_event_recorded_at_idx" ON "incident_event"("recorded_at");

-- Stretches in which the causes may be otherwise than when incidents were followed last: whatever causes follow from writes them by itself, so that no writer can
-- forget it. `to_at` null: up to now.
CREATE TABLE "incident_due" (
    "id" BIGSERIAL NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "to_at" TIMESTAMPTZ(3),

    CONSTRAINT "incident_due_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "incident_due_from_at_idx" ON "incident_due"("from_at");

-- Of spans those of what is not fresh: which of them explains another is all that causes are made of.
CREATE FUNCTION "due_by_new_spans"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "incident_due" ("from_at", "to_at")
  SELECT min("from_at"), nullif(max(coalesce("to_at", 'infinity')), 'infinity') FROM "rows" WHERE "status" IN ('stale', 'late', 'unknown') HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE FUNCTION "due_by_moved_spans"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "incident_due" ("from_at")
  SELECT min(CASE WHEN (b."from_at", b."status", b."reason", b."since_at") IS DISTINCT FROM (a."from_at", a."status", a."reason", a."since_at")
      THEN least(b."from_at", a."from_at") ELSE least(b."to_at", a."to_at") END)
  FROM "rows_before" b JOIN "rows" a ON a."id" = b."id"
  WHERE (b."status" IN ('stale', 'late', 'unknown') OR a."status" IN ('stale', 'late', 'unknown'))
    AND (b."from_at", b."to_at", b."status", b."reason", b."since_at") IS DISTINCT FROM (a."from_at", a."to_at", a."status", a."reason", a."since_at")
  HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE TRIGGER "status_span_due_new" AFTER INSERT ON "status_span" REFERENCING NEW TABLE AS "rows" FOR EACH STATEMENT EXECUTE FUNCTION "due_by_new_spans"();
CREATE TRIGGER "status_span_due_gone" AFTER DELETE ON "status_span" REFERENCING OLD TABLE AS "rows" FOR EACH STATEMENT EXECUTE FUNCTION "due_by_new_spans"();
CREATE TRIGGER "status_span_due_moved" AFTER UPDATE ON "status_span" REFERENCING OLD TABLE AS "rows_before" NEW TABLE AS "rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "due_by_moved_spans"();

CREATE FUNCTION "due_by_stretches"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "incident_due" ("from_at", "to_at")
  SELECT min("from_at"), nullif(max(coalesce("to_at", 'infinity')), 'infinity') FROM "rows" HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE FUNCTION "due_by_moved_stretches"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "incident_due" ("from_at")
  SELECT min(CASE WHEN b."from_at" <> a."from_at" THEN least(b."from_at", a."from_at") ELSE least(b."to_at", a."to_at") END)
  FROM "rows_before" b JOIN "rows" a ON a."id" = b."id" WHERE (b."from_at", b."to_at") IS DISTINCT FROM (a."from_at", a."to_at") HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE TRIGGER "lineage_edge_due_new" AFTER INSERT ON "lineage_edge" REFERENCING NEW TABLE AS "rows" FOR EACH STATEMENT EXECUTE FUNCTION "due_by_stretches"();
CREATE TRIGGER "lineage_edge_due_gone" AFTER DELETE ON "lineage_edge" REFERENCING OLD TABLE AS "rows" FOR EACH STATEMENT EXECUTE FUNCTION "due_by_stretches"();
CREATE TRIGGER "lineage_edge_due_moved" AFTER UPDATE ON "lineage_edge" REFERENCING OLD TABLE AS "rows_before" NEW TABLE AS "rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "due_by_moved_stretches"();

-- Of blindness that of a connection that is declared down.
CREATE FUNCTION "due_by_blindness"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO "incident_due" ("from_at")
    VALUES (CASE WHEN OLD."from_at" <> NEW."from_at" THEN least(OLD."from_at", NEW."from_at") ELSE least(OLD."to_at", NEW."to_at") END);
  ELSIF TG_OP = 'INSERT' THEN
    INSERT INTO "incident_due" ("from_at", "to_at") VALUES (NEW."from_at", NEW."to_at");
  ELSE
    INSERT INTO "incident_due" ("from_at", "to_at") VALUES (OLD."from_at", OLD."to_at");
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "blind_due_new" AFTER INSERT ON "blind" FOR EACH ROW WHEN (NEW."reason" = 'source-unreachable') EXECUTE FUNCTION "due_by_blindness"();
CREATE TRIGGER "blind_due_gone" AFTER DELETE ON "blind" FOR EACH ROW WHEN (OLD."reason" = 'source-unreachable') EXECUTE FUNCTION "due_by_blindness"();
CREATE TRIGGER "blind_due_moved" AFTER UPDATE ON "blind" FOR EACH ROW
  WHEN (NEW."reason" = 'source-unreachable' AND (OLD."from_at", OLD."to_at") IS DISTINCT FROM (NEW."from_at", NEW."to_at")) EXECUTE FUNCTION "due_by_blindness"();

CREATE FUNCTION "due_by_left_connection"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "incident_due" ("from_at") VALUES (least(OLD."removed_at", NEW."removed_at"));
  RETURN NULL;
END $$;
CREATE TRIGGER "connection_state_due" AFTER UPDATE OF "removed_at" ON "connection_state" FOR EACH ROW
  WHEN (OLD."removed_at" IS DISTINCT FROM NEW."removed_at") EXECUTE FUNCTION "due_by_left_connection"();

-- Of runs how they ended; one that goes on too long is seen whenever incidents are followed next.
CREATE FUNCTION "due_by_runs"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "incident_due" ("from_at")
  SELECT min(coalesce("ended_at", CASE WHEN "state" = 'crashed' THEN "lease_until" END)) FROM "rows"
  WHERE coalesce("ended_at", CASE WHEN "state" = 'crashed' THEN "lease_until" END) IS NOT NULL HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE TRIGGER "run_due_new" AFTER INSERT ON "run" REFERENCING NEW TABLE AS "rows" FOR EACH STATEMENT EXECUTE FUNCTION "due_by_runs"();
CREATE FUNCTION "due_by_run"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE "since" TIMESTAMPTZ := least(
  coalesce(OLD."ended_at", CASE WHEN OLD."state" = 'crashed' THEN OLD."lease_until" END),
  coalesce(NEW."ended_at", CASE WHEN NEW."state" = 'crashed' THEN NEW."lease_until" END));
BEGIN
  IF "since" IS NOT NULL THEN
    INSERT INTO "incident_due" ("from_at") VALUES ("since");
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "run_due" AFTER UPDATE ON "run" FOR EACH ROW
  WHEN ((OLD."state", OLD."ended_at", OLD."problem") IS DISTINCT FROM (NEW."state", NEW."ended_at", NEW."problem")) EXECUTE FUNCTION "due_by_run"();

CREATE FUNCTION "due_by_external_runs"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "incident_due" ("from_at")
  SELECT min(coalesce("ended_at", "started_at", "placed_at")) FROM "rows" WHERE "state" NOT IN ('scheduled', 'overdue', 'running') HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE FUNCTION "due_by_told_runs"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "incident_due" ("from_at")
  SELECT min(least(
    CASE WHEN b."state" NOT IN ('scheduled', 'overdue', 'running') THEN coalesce(b."ended_at", b."started_at", b."placed_at") END,
    CASE WHEN a."state" NOT IN ('scheduled', 'overdue', 'running') THEN coalesce(a."ended_at", a."started_at", a."placed_at") END))
  FROM "rows_before" b JOIN "rows" a ON a."id" = b."id"
  WHERE (b."state" NOT IN ('scheduled', 'overdue', 'running') OR a."state" NOT IN ('scheduled', 'overdue', 'running'))
    AND (b."state", b."started_at", b."ended_at", b."placed_at", b."writes", b."loaded", b."error", b."job")
      IS DISTINCT FROM (a."state", a."started_at", a."ended_at", a."placed_at", a."writes", a."loaded", a."error", a."job")
  HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE TRIGGER "external_run_due_new" AFTER INSERT ON "external_run" REFERENCING NEW TABLE AS "rows" FOR EACH STATEMENT EXECUTE FUNCTION "due_by_external_runs"();
CREATE TRIGGER "external_run_due" AFTER UPDATE ON "external_run" REFERENCING OLD TABLE AS "rows_before" NEW TABLE AS "rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "due_by_told_runs"();

-- Of the catalogue what writes an asset, from when on.
CREATE FUNCTION "due_by_versions"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "incident_due" ("from_at") SELECT min("from_at") FROM "rows" HAVING count(*) > 0;
  RETURN NULL;
END $$;
CREATE TRIGGER "subject_version_due_new" AFTER INSERT ON "subject_version" REFERENCING NEW TABLE AS "rows" FOR EACH STATEMENT EXECUTE FUNCTION "due_by_versions"();
CREATE TRIGGER "subject_version_due_moved" AFTER UPDATE ON "subject_version" REFERENCING NEW TABLE AS "rows" FOR EACH STATEMENT EXECUTE FUNCTION "due_by_versions"();

-- The kept history is followed once from its beginning on.
INSERT INTO "incident_due" ("from_at") SELECT min("from_at") FROM "status_span" HAVING count(*) > 0;

CREATE FUNCTION "announce_incident"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('tidemark_change', '');
  RETURN NULL;
END $$;
CREATE TRIGGER "incident_announce" AFTER INSERT OR UPDATE OR DELETE ON "incident" FOR EACH STATEMENT EXECUTE FUNCTION "announce_incident"();
CREATE TRIGGER "incident_said_announce" AFTER INSERT ON "incident_said" FOR EACH STATEMENT EXECUTE FUNCTION "announce_incident"();
CREATE TRIGGER "incident_event_announce" AFTER INSERT ON "incident_event" FOR EACH STATEMENT EXECUTE FUNCTION "announce_incident"();

-- Who sees no member sees no incident. Who sees all its members, all its causes, and no other incident named in it sees it as it is; anybody else sees its members as far
-- as they see them, from the first of them to the last, and of its causes they do not see that there is one.
CREATE FUNCTION "tidemark_audience"."seen_systems"() RETURNS SETOF TEXT LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT 'connection:' || c."key" FROM "tidemark_audience"."seen_connections"() c("key")
  UNION ALL SELECT 'flow:' || f."name" FROM "tidemark_audience"."seen_flows"() f("name")
  UNION ALL SELECT 'job:' || j."name" FROM "tidemark_audience"."seen_jobs"() j("name");
END;

CREATE VIEW "tidemark_audience"."incident_member" AS
  SELECT x.* FROM "incident_member" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");

CREATE VIEW "tidemark_audience"."incident" AS
  SELECT x."id",
    CASE WHEN w."whole" THEN x."key" ELSE 'unseen:0@' || (extract(epoch FROM f."from_at") * 1000)::bigint END AS "key",
    CASE WHEN w."whole" THEN x."opened_at" ELSE f."from_at" END AS "opened_at",
    CASE WHEN w."whole" OR x."opened_by" = ANY (w."causes") THEN x."opened_by" ELSE 'unseen:0' END AS "opened_by",
    CASE WHEN w."whole" THEN x."ended_at" WHEN NOT f."stands" THEN f."to_at" END AS "ended_at",
    CASE WHEN w."whole" THEN x."end_how" WHEN NOT f."stands" THEN 'resolved' END AS "end_how",
    (SELECT o."incident_id" FROM "incident_member" o JOIN "tidemark_audience"."subject" s ON s."id" = o."asset_id" WHERE o."incident_id" = x."merged_into_id" LIMIT 1)
      AS "merged_into_id",
    (SELECT o."incident_id" FROM "incident_member" o JOIN "tidemark_audience"."subject" s ON s."id" = o."asset_id" WHERE o."incident_id" = x."came_from_id" LIMIT 1)
      AS "came_from_id",
    CASE WHEN w."whole" THEN x."status" WHEN f."stands" THEN (
      SELECT p."status" FROM "incident_member" m JOIN "tidemark_audience"."subject" s ON s."id" = m."asset_id"
      JOIN "status_span" p ON p."subject_id" = m."asset_id" AND p."to_at" IS NULL
      WHERE m."incident_id" = x."id" AND m."to_at" IS NULL AND p."status" IN ('stale', 'late', 'unknown')
      ORDER BY array_position(ARRAY['stale', 'late', 'unknown'], p."status") LIMIT 1) END AS "status",
    CASE WHEN w."whole" THEN x."well_since" END AS "well_since",
    CASE WHEN w."whole" THEN x."roots" ELSE
      coalesce((SELECT jsonb_agg(r."value") FROM jsonb_array_elements(x."roots") r WHERE r."value" ->> 'key' = ANY (w."causes")), '[]')
      || CASE WHEN x."causes" <@ w."causes" THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_object('key', 'unseen:0',
        'since', (extract(epoch FROM f."from_at") * 1000)::bigint, 'from', (extract(epoch FROM f."from_at") * 1000)::bigint,
        'to', CASE WHEN NOT f."stands" THEN (extract(epoch FROM f."to_at") * 1000)::bigint END)) END END AS "roots",
    CASE WHEN w."whole" THEN x."statuses" ELSE '[]'::jsonb END AS "statuses",
    CASE WHEN w."whole" THEN x."entries" ELSE '[]'::jsonb END AS "entries",
    w."causes" AS "causes",
    CASE WHEN w."whole" THEN x."related" ELSE '{}'::text[] END AS "related",
    x."told", x."withdrawn_at"
  FROM "incident" x
  CROSS JOIN LATERAL (
    SELECT min(m."from_at") AS "from_at", max(m."to_at") AS "to_at", bool_or(m."to_at" IS NULL) AS "stands", count(*) AS "members"
    FROM "incident_member" m JOIN "tidemark_audience"."subject" s ON s."id" = m."asset_id" WHERE m."incident_id" = x."id"
  ) f
  CROSS JOIN LATERAL (
    SELECT ARRAY(
      SELECT c."key" FROM unnest(x."causes") c("key")
      WHERE CASE WHEN c."key" LIKE 'asset:%' THEN EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = substr(c."key", 7)::int)
        ELSE c."key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_systems"())) END) AS "causes"
  ) c
  CROSS JOIN LATERAL (
    SELECT c."causes", x."related" = '{}' AND x."causes" <@ c."causes"
      AND f."members" = (SELECT count(*) FROM "incident_member" m WHERE m."incident_id" = x."id") AS "whole"
  ) w
  WHERE f."members" > 0;

-- What is said for everybody, and who is on it, is told to all who see something of it; notes and links to who sees all of it.
CREATE VIEW "tidemark_audience"."incident_said" AS
  SELECT x.* FROM "incident_said" x JOIN "incident" i ON i."id" = x."incident_id"
  WHERE EXISTS (SELECT 1 FROM "incident_member" m JOIN "tidemark_audience"."subject" s ON s."id" = m."asset_id" WHERE m."incident_id" = i."id")
    AND (x."kind" IN ('acknowledged', 'assigned', 'snoozed', 'updated') OR (i."related" = '{}'
      AND NOT EXISTS (
        SELECT 1 FROM "incident_member" m
        WHERE m."incident_id" = i."id" AND NOT EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = m."asset_id"))
      AND NOT EXISTS (
        SELECT 1 FROM unnest(i."causes") c("key")
        WHERE NOT CASE WHEN c."key" LIKE 'asset:%' THEN EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = substr(c."key", 7)::int)
          ELSE c."key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_systems"())) END)));

CREATE VIEW "tidemark_audience"."incident_event" AS
  SELECT x."id", x."incident_id", x."kind", x."at", x."recorded_at",
    CASE WHEN w."whole" OR x."kind" = 'updated' THEN x."entry"
      ELSE jsonb_build_object('at', x."entry" -> 'at', 'kind', x."entry" -> 'kind', 'assetIds', w."assets") END AS "entry"
  FROM "incident_event" x JOIN "incident" i ON i."id" = x."incident_id"
  CROSS JOIN LATERAL (
    SELECT i."related" = '{}'
      AND NOT EXISTS (
        SELECT 1 FROM "incident_member" m
        WHERE m."incident_id" = i."id" AND NOT EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = m."asset_id"))
      AND NOT EXISTS (
        SELECT 1 FROM unnest(i."causes") c("key")
        WHERE NOT CASE WHEN c."key" LIKE 'asset:%' THEN EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = substr(c."key", 7)::int)
          ELSE c."key" = ANY (ARRAY(SELECT "tidemark_audience"."seen_systems"())) END) AS "whole",
      coalesce((
        SELECT jsonb_agg(s."id") FROM jsonb_array_elements(CASE WHEN jsonb_typeof(x."entry" -> 'assetIds') = 'array' THEN x."entry" -> 'assetIds' ELSE '[]' END) a
        JOIN "tidemark_audience"."subject" s ON s."id" = a."value"::int), '[]') AS "assets"
  ) w
  WHERE EXISTS (SELECT 1 FROM "incident_member" m JOIN "tidemark_audience"."subject" s ON s."id" = m."asset_id" WHERE m."incident_id" = i."id")
    AND (w."whole" OR x."kind" IN ('updated', 'resolved') OR w."assets" <> '[]');

CREATE VIEW "tidemark_audience"."incident_due" AS SELECT x.* FROM "incident_due" x WHERE false;
