-- When is looked what there is behind a connection, and how the last look ended.
CREATE TABLE "discovery" (
    "connection_key" TEXT NOT NULL,
    "every_seconds" INTEGER,
    "next_at" TIMESTAMPTZ(3),
    "attempted_at" TIMESTAMPTZ(3),
    "whole_at" TIMESTAMPTZ(3),
    "found" INTEGER NOT NULL DEFAULT 0,
    "problem" TEXT,
    "adopts" BOOLEAN NOT NULL DEFAULT false,
    "sync_at" TIMESTAMPTZ(3),

    CONSTRAINT "discovery_pkey" PRIMARY KEY ("connection_key")
);

-- What was seen there: no status, nobody's promise. A row is written when what it says changes, so that the last look at what is there is that of the connection.
CREATE TABLE "found_asset" (
    "connection_key" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "columns" JSONB NOT NULL DEFAULT '[]',
    "owner" TEXT,
    "url" TEXT,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "policy" JSONB,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "group_name" TEXT NOT NULL DEFAULT '',
    "job" TEXT,
    "found_at" TIMESTAMPTZ(3) NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3),
    "gone_at" TIMESTAMPTZ(3),

    CONSTRAINT "found_asset_pkey" PRIMARY KEY ("connection_key","path"),
    CONSTRAINT "found_asset_kind" CHECK ("kind" IN ('source', 'table', 'consumer'))
);

-- What it is made from: a path of the same connection, or ("is_outside") a name that another system is known by.
CREATE TABLE "found_edge" (
    "connection_key" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "upstream" TEXT NOT NULL,
    "namespace" TEXT NOT NULL DEFAULT '',
    "is_outside" BOOLEAN NOT NULL DEFAULT false,
    "hint" TEXT NOT NULL,
    "found_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "found_edge_pkey" PRIMARY KEY ("connection_key","path","upstream","namespace","is_outside","hint")
);
ALTER TABLE "found_edge" ADD CONSTRAINT "found_edge_connection_key_path_fkey"
  FOREIGN KEY ("connection_key","path") REFERENCES "found_asset"("connection_key","path") ON DELETE CASCADE ON UPDATE CASCADE;

-- Assets that nobody wrote, by the rule that took them over.
CREATE TABLE "adoption" (
    "asset_id" INTEGER NOT NULL,
    "rule" JSONB NOT NULL,
    "gone_at" TIMESTAMPTZ(3),

    CONSTRAINT "adoption_pkey" PRIMARY KEY ("asset_id")
);
ALTER TABLE "adoption" ADD CONSTRAINT "adoption_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "asset"("subject_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What was found belongs to no service group: a reader of an audience does not see it.
CREATE VIEW "tidemark_audience"."discovery" AS SELECT * FROM "discovery" WHERE false;
CREATE VIEW "tidemark_audience"."found_asset" AS SELECT * FROM "found_asset" WHERE false;
CREATE VIEW "tidemark_audience"."found_edge" AS SELECT * FROM "found_edge" WHERE false;
-- That somebody's asset came by a rule is seen; the lines of the rule may name other groups.
CREATE VIEW "tidemark_audience"."adoption" AS
  SELECT x."asset_id", x."rule" - 'yaml' AS "rule", x."gone_at"
  FROM "adoption" x WHERE EXISTS (SELECT 1 FROM "tidemark_audience"."subject" s WHERE s."id" = x."asset_id");
