import type { CatalogueFlow } from '#lib/catalogue/catalogue.ts'
import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/**
 * Makes the table name exactly these flows; missing ones are marked removed. A flow whose times changed, or that is gone, loses
 * its planned next run, so that the planner works it out anew.
 */
export async function syncFlows(sql: Sql, now: Instant, flows: readonly CatalogueFlow[]): Promise<void> {
  const rows = flows.map(({ name, cron, zone, after, ...settings }) => ({
    name,
    cron,
    zone,
    after,
    settings,
  }))
  await sql.query(
    `insert into flow as f (name, cron, zone, after, settings)
     select name, cron, zone, array(select jsonb_array_elements_text(x.after)), settings
     from jsonb_to_recordset($1::jsonb) as x(name text, cron text, zone text, after jsonb, settings jsonb)
     order by name
     on conflict (name) do update
     set cron = excluded.cron, zone = excluded.zone, after = excluded.after, settings = excluded.settings, removed_at = null,
         next_run_at = case
           when f.removed_at is null and f.cron is not distinct from excluded.cron and f.zone = excluded.zone then f.next_run_at end`,
    [JSON.stringify(rows)],
  )
  const names = flows.map((flow) => flow.name)
  await sql.query('update flow set removed_at = $2, next_run_at = null where removed_at is null and name <> all($1::text[])', [
    names,
    toText(now),
  ])
}

/** Whether the catalogue in force names such a flow. */
export async function hasFlow(sql: Sql, name: string): Promise<boolean> {
  return (await sql.query('select 1 from flow where name = $1 and removed_at is null', [name])).rowCount === 1
}
