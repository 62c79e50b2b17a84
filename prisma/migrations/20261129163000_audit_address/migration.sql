-- The address somebody ordered from, as the page saw it; null where nobody came over the network.
ALTER TABLE "audit" ADD COLUMN "address" TEXT;
CREATE OR REPLACE VIEW "tidemark_audience"."audit" AS SELECT * FROM "audit" WHERE false;
