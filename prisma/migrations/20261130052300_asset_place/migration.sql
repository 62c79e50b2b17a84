-- Whether something found is in the catalogue is asked by where it lies. With an index of the connection alone each of ten thousand things read all assets of its
-- connection, wherever the server did not know yet how many there are.
CREATE INDEX "asset_connection_key_path_idx" ON "asset"("connection_key", "path");
DROP INDEX "asset_connection_key_idx";
