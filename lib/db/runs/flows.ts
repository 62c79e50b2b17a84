import { z } from 'zod'
import type { CatalogueFlow } from '#lib/catalogue/catalogue.ts'
import type { Sql } from '#lib/db/context.ts'
import { toInstantOrNull, toText } from '#lib/db/instants.ts'
import { DEFAULT_TIMEOUT_MS } from '#lib/domain/runs/run.ts'
import { type RunHours, runHoursSchema } from '#lib/domain/runs/trigger-conditions.ts'
import { type FlowTrigger, flowTriggerSchema } from '#lib/domain/runs/triggers.ts'
import type { Schedule } from '#lib/domain/time/cron.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/**
 * Makes the table name exactly these flows; missing ones are marked removed. A flow whose times changed, or that is gone, loses
 * its planned next run, so that the planner works it out anew; one that comes, or runs another job than before, does so since now.
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
    `insert into flow as f (name, cron, zone, after, settings, runs_since)
     select name, cron, zone, array(select jsonb_array_elements_text(x.after)), settings, case when settings ? 'runs' then $2::timestamptz end
     from jsonb_to_recordset($1::jsonb) as x(name text, cron text, zone text, after jsonb, settings jsonb)
     order by name
     on conflict (name) do update
     set cron = excluded.cron, zone = excluded.zone, after = excluded.after, settings = excluded.settings, removed_at = null,
         runs_since = case
           when f.removed_at is null and f.settings -> 'runs' is not distinct from excluded.settings -> 'runs' then f.runs_since else excluded.runs_since end,
         next_run_at = case
           when f.removed_at is null and f.cron is not distinct from excluded.cron and f.zone = excluded.zone then f.next_run_at end`,
    [JSON.stringify(rows), toText(now)],
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

/** A flow of the catalogue as its runs need it. */
export interface FlowRow {
  name: string
  schedule: Schedule | null
  after: string[]
  timeoutMs: number
  /** The flow's connection name → catalogue connection key. */
  connections: Record<string, string>
  /** Parameters of every run, under those of the single one. */
  parameters: Record<string, unknown>
  nextRunAt: Instant | null
  /** What asks for a run beside the schedule. */
  on: FlowTrigger[]
  debounceMs: number
  /** When a run may begin that something else asks for; null: at any time. */
  when: RunHours | null
  /** Its runs carry the files of its inbox over one by one. */
  drainsInbox: boolean
  /** Its runs begin while every contract of what it reads is kept. */
  requires: 'contract' | null
  /** The job of another system that its runs are, `<connection>/<job>`; null: they work here. */
  runs: string | null
}

const settingsSchema = z.object({
  timeoutMs: z.number().positive().catch(DEFAULT_TIMEOUT_MS),
  connections: z.record(z.string(), z.string()).catch({}),
  parameters: z.record(z.string(), z.unknown()).catch({}),
  on: z.array(flowTriggerSchema).catch([]),
  debounceMs: z.number().min(0).catch(0),
  when: runHoursSchema.nullable().catch(null),
  drainsInbox: z.boolean().catch(false),
  requires: z.literal('contract').nullable().catch(null),
  runs: z.string().nullable().catch(null),
})

interface StoredFlow {
  name: string
  cron: string | null
  zone: string
  after: string[]
  settings: unknown
  next_run_at: Date | null
}

const FLOWS = 'select name, cron, zone, after, settings, next_run_at from flow where removed_at is null'

function toFlow(row: StoredFlow): FlowRow {
  return {
    name: row.name,
    schedule: row.cron === null ? null : { cron: row.cron, zone: row.zone, calendar: null },
    after: row.after,
    nextRunAt: toInstantOrNull(row.next_run_at),
    ...settingsSchema.parse(row.settings),
  }
}

export async function listFlows(sql: Sql): Promise<FlowRow[]> {
  const { rows } = await sql.query<StoredFlow>(`${FLOWS} order by name`)
  return rows.map(toFlow)
}

/** A flow of the catalogue in force; undefined when there is none of this name. */
export async function getFlow(sql: Sql, name: string): Promise<FlowRow | undefined> {
  const { rows } = await sql.query<StoredFlow>(`${FLOWS} and name = $1`, [name])
  return rows.map(toFlow)[0]
}
