-- Where an arrival lies among the ticks of a deadline: when a scheduled run was meant for, when another one began.
ALTER TABLE "arrival" ADD COLUMN "placed_at" TIMESTAMPTZ(3);

UPDATE "arrival" a
SET "placed_at" = CASE WHEN r."trigger" = 'schedule' THEN r."scheduled_for" ELSE coalesce(r."started_at", r."scheduled_for") END
FROM "run" r WHERE r."id" = a."run_id";

-- A deadline knows when the flow that writes the asset runs. What flows did before is not on record: what they do now stands for it.
UPDATE "subject_version" v
SET "settings" = jsonb_set(v."settings", '{policies}', (
  SELECT jsonb_agg(CASE WHEN p.policy ->> 'kind' = 'deadline' THEN p.policy || jsonb_build_object('writer', w.schedule) ELSE p.policy END ORDER BY p.n)
  FROM jsonb_array_elements(v."settings" -> 'policies') WITH ORDINALITY AS p(policy, n)
  LEFT JOIN LATERAL (
    SELECT jsonb_build_object('cron', f."cron", 'zone', f."zone", 'calendar', null) AS schedule
    FROM "flow" f WHERE f."name" = v."settings" ->> 'flow' AND f."cron" IS NOT NULL
  ) w ON true
))
WHERE v."settings" @> '{"policies": [{"kind": "deadline"}]}';
