-- A run that is planned, starts, ends or is asked to stop wakes the listeners: the page says so within two seconds.
CREATE FUNCTION "announce_run"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('tidemark_change', '');
  RETURN NULL;
END $$;
CREATE TRIGGER "run_announce_new" AFTER INSERT ON "run"
  FOR EACH ROW EXECUTE FUNCTION "announce_run"();
CREATE TRIGGER "run_announce" AFTER UPDATE OF "state", "cancel_at" ON "run"
  FOR EACH ROW WHEN (OLD."state" IS DISTINCT FROM NEW."state" OR OLD."cancel_at" IS DISTINCT FROM NEW."cancel_at")
  EXECUTE FUNCTION "announce_run"();
