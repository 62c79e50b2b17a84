-- A verdict is written at every look and is in no index: with room on its page, PostgreSQL needs not write the six indexes of the row again.
ALTER TABLE "asset" SET (fillfactor = 70);
