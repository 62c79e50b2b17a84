-- Who may sign in. An ended person keeps their row, for the records, and gets in no more.
CREATE TABLE "person" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "name" TEXT NOT NULL,
    "image" TEXT,
    "role" TEXT NOT NULL DEFAULT 'viewer',
    "audience" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "person_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "person_role_check" CHECK ("role" IN ('viewer', 'engineer', 'admin'))
);
CREATE UNIQUE INDEX "person_email_key" ON "person"("email");

CREATE TABLE "person_session" (
    "id" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "method" TEXT NOT NULL DEFAULT 'password',
    "claims" JSONB,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "person_session_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "person_session_token_key" ON "person_session"("token");
CREATE INDEX "person_session_person_id_idx" ON "person_session"("person_id");

-- What somebody proves who they are with: a password, or an account of another system.
CREATE TABLE "person_account" (
    "id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "access_token" TEXT,
    "refresh_token" TEXT,
    "id_token" TEXT,
    "access_token_expires_at" TIMESTAMPTZ(3),
    "refresh_token_expires_at" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "person_account_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "person_account_issuer_account_id_key" ON "person_account"("issuer", "account_id");
CREATE INDEX "person_account_person_id_idx" ON "person_account"("person_id");

CREATE TABLE "person_verification" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "person_verification_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "person_verification_identifier_idx" ON "person_verification"("identifier");

-- A link that is used once: to become somebody with a role, or (purpose "reset") to choose another password. Of its token only the hash is kept.
CREATE TABLE "invitation" (
    "id" TEXT NOT NULL,
    "purpose" TEXT NOT NULL DEFAULT 'join',
    "email" TEXT,
    "role" TEXT NOT NULL,
    "audience" TEXT,
    "token_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "made_by" TEXT,

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "invitation_role_check" CHECK ("role" IN ('viewer', 'engineer', 'admin')),
    CONSTRAINT "invitation_purpose_check" CHECK ("purpose" IN ('join', 'reset'))
);
CREATE UNIQUE INDEX "invitation_token_hash_key" ON "invitation"("token_hash");

-- How often something was tried of late, counted for all web processes together.
CREATE TABLE "try_count" (
    "key" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "tries" INTEGER NOT NULL,

    CONSTRAINT "try_count_pkey" PRIMARY KEY ("key")
);

ALTER TABLE "person_session" ADD CONSTRAINT "person_session_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "person_account" ADD CONSTRAINT "person_account_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Names change and are not unique: the audit keeps whose entry it is.
ALTER TABLE "audit" ADD COLUMN "actor_id" TEXT;

-- Nothing of these is for readers of an audience.
CREATE OR REPLACE VIEW "tidemark_audience"."audit" AS SELECT * FROM "audit" WHERE false;
CREATE VIEW "tidemark_audience"."person" AS SELECT * FROM "person" WHERE false;
CREATE VIEW "tidemark_audience"."person_session" AS SELECT * FROM "person_session" WHERE false;
CREATE VIEW "tidemark_audience"."person_account" AS SELECT * FROM "person_account" WHERE false;
CREATE VIEW "tidemark_audience"."person_verification" AS SELECT * FROM "person_verification" WHERE false;
CREATE VIEW "tidemark_audience"."invitation" AS SELECT * FROM "invitation" WHERE false;
CREATE VIEW "tidemark_audience"."try_count" AS SELECT * FROM "try_count" WHERE false;
