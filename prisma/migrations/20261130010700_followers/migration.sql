-- Which assets are to be as fresh as what they are made from, now or at some time, and what follows an asset, whenever it did.
CREATE INDEX "subject_version_followers" ON "subject_version" ("subject_id") WHERE "settings" -> 'policies' @> '[{"kind": "upstream"}]';
CREATE INDEX "lineage_edge_upstream_id_idx" ON "lineage_edge" ("upstream_id");
