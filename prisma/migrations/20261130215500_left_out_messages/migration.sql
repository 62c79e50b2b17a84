-- How many messages a flow has left out, since they did not say what it waits for; the last of them with its reason.
CREATE TABLE "left_out_message" (
    "flow_key" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT NOT NULL,
    CONSTRAINT "left_out_message_pkey" PRIMARY KEY ("flow_key")
);

CREATE VIEW "tidemark_audience"."left_out_message" AS SELECT * FROM "left_out_message" WHERE false;
