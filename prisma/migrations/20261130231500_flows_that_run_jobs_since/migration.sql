-- Since when a flow runs the job of another system that it runs: what that ran long before is no run of the flow. Null: since ever.
ALTER TABLE "flow" ADD COLUMN "runs_since" TIMESTAMPTZ(3);

CREATE OR REPLACE VIEW "tidemark_audience"."flow" AS
  SELECT x."name", x."cron", x."zone",
    CASE WHEN x."after" = '{}' THEN x."after"
      ELSE ARRAY(
        SELECT u.name FROM unnest(x."after") WITH ORDINALITY u(name, place)
        WHERE u.name = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"())) ORDER BY u.place) END AS "after",
    CASE WHEN x."settings" ? 'on' AND "tidemark_audience"."has_unseen_trigger"(x."settings") THEN x."settings" - '{on,source}'::text[]
      WHEN x."after" = '{}' OR x."after" <@ ARRAY(SELECT "tidemark_audience"."seen_flows"()) THEN x."settings" ELSE x."settings" - 'source' END AS "settings",
    x."parameters", x."next_run_at", x."removed_at", x."runs_since"
  FROM "flow" x WHERE x."name" = ANY (ARRAY(SELECT "tidemark_audience"."seen_flows"()));
