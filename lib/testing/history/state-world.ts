import type { CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { recordObservations } from '#lib/commands/probes/record-observations.ts'
import { recordRunOutcome } from '#lib/commands/runs/record-run-outcome.ts'
import { lockFollowing } from '#lib/commands/status/follow-lineage.ts'
import { rebuildWithin } from '#lib/commands/status/rebuild/rebuild-within.ts'
import { loadReporting } from '#lib/commands/status/rebuild/reporting.ts'
import type { ClockReading, Observation } from '#lib/connectors/kit/connector.ts'
import { replaceEdges } from '#lib/db/catalogue/lineage-edges.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { toText, toTextOrNull } from '#lib/db/instants.ts'
import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { aCatalogue } from '#lib/testing/catalogues/state-catalogue.ts'

export function declare(ctx: Context, assets: CatalogueAsset[], groupOfFeed: Record<string, string> = {}) {
  const catalogue = aCatalogue(assets, groupOfFeed)
  return syncCatalogue(ctx, { catalogue, document: {}, hash: JSON.stringify(catalogue), schema: {} })
}

/** A good observation with these clocks. */
export function seen(
  assetKey: string,
  readings: Partial<Record<ClockReading['clock'], Instant | null>>,
  rows: number | null = null,
): Extract<Observation, { ok: true }> {
  const evidence = { method: 'column', strength: 'strong' as const, detail: 'max(loaded_at)', costMs: 1 }
  const given: ClockReading[] = []
  for (const clock of ['dataThroughAt', 'writtenAt', 'loadedAt'] as const) {
    const at = readings[clock]
    if (at !== undefined) given.push({ clock, at, precision: 'instant' })
  }
  return { ok: true, assetKey, readings: given, rows, evidence, state: null, warnings: [] }
}

/** A failed observation; lasting if it names a reason. */
export function unseen(assetKey: string, lasting?: LastingReason): Observation {
  return { ok: false, assetKey, publicMessage: 'The table could not be read.', message: 'permission denied', lasting }
}

export function look(ctx: Context, observations: Observation[], connectionKey = 'lake') {
  return recordObservations(ctx, connectionKey, ctx.clock.now(), observations)
}

interface RunSettings {
  id: string
  flow: string
  state: RunState
  scheduledFor: Instant
  startedAt: Instant | null
  endedAt: Instant | null
  rowsLoaded?: number
}

/** From now on a dashboard system tells that these are made from each other, `lake/` left out: `table → tile`. */
export function link(ctx: Context, links: readonly string[]): Promise<void> {
  return withTransaction(ctx, async (sql) => {
    const now = ctx.clock.now()
    const { rows } = await sql.query<{ id: number; key: string }>(`select id, key from subject where kind = 'asset'`)
    const idOf = new Map(rows.map(({ id, key }) => [key, id]))
    const edges = links.flatMap((text) => {
      const [upstreamId, downstreamId] = text.split(' → ').map((path) => idOf.get(`lake/${path}`))
      return upstreamId === undefined || downstreamId === undefined ? [] : [{ upstreamId, downstreamId }]
    })
    const changed = await replaceEdges(sql, now, { origin: 'bi', toldBy: 'connection:bi' }, edges)
    const followers = await lockFollowing(sql, now, changed)
    await rebuildWithin(sql, await loadReporting(sql, now), new Map(followers.map((id) => [id, now])))
  })
}

/** Writes a run as the engine would, in its present state, and lets it count. */
export async function runIs(ctx: Context, run: RunSettings): Promise<void> {
  await withTransaction(ctx, (sql) =>
    sql.query(
      `insert into run (id, flow, trigger, scheduled_for, created_at, state, started_at, ended_at, rows_loaded)
       values ($1, $2, 'schedule', $3, $3, $4, $5, $6, $7)
       on conflict (id) do update set state = excluded.state, started_at = excluded.started_at, ended_at = excluded.ended_at,
         rows_loaded = excluded.rows_loaded`,
      [run.id, run.flow, toText(run.scheduledFor), run.state, toTextOrNull(run.startedAt), toTextOrNull(run.endedAt), run.rowsLoaded ?? 5],
    ),
  )
  await recordRunOutcome(ctx, { runId: run.id })
}

/** The spans of a subject as text: `fresh/on-time 12:00–13:00`, hours in UTC. */
export async function spansOf(ctx: Context, key: string, kind = 'asset'): Promise<string[]> {
  const { rows } = await ctx.pool.query<{ text: string }>(
    `select status || '/' || reason || ' ' || to_char(from_at at time zone 'UTC', 'DD HH24:MI') || '–' ||
       coalesce(to_char(to_at at time zone 'UTC', 'DD HH24:MI'), '') as text
     from status_span p join subject s on s.id = p.subject_id where s.key = $1 and s.kind = $2 order by from_at`,
    [key, kind],
  )
  return rows.map((row) => row.text)
}

/** The changes of a subject as text, oldest first; rewrites in brackets. */
export async function changesOf(ctx: Context, key: string, kind = 'asset'): Promise<string[]> {
  const { rows } = await ctx.pool.query<{ text: string }>(
    `select case when rewrite then '(' else '' end || to_char(at at time zone 'UTC', 'DD HH24:MI') || ' ' || coalesce(from_status, '–') || ' → ' ||
       coalesce(to_status, '–') || case when rewrite then ')' else '' end as text
     from status_change c join subject s on s.id = c.subject_id where s.key = $1 and s.kind = $2 order by c.id`,
    [key, kind],
  )
  return rows.map((row) => row.text)
}

export interface NextChange {
  id: number
  next_change_at: Date | null
}

/** Everything a rebuild writes, sorted, to compare two ways of coming to it. */
export async function stateOf(ctx: Context): Promise<{ spans: unknown[]; days: unknown[]; next: NextChange[] }> {
  const spans = await ctx.pool.query(
    'select subject_id, status, reason, from_at, to_at, coalesce(since_at, from_at) as since_at from status_span order by subject_id, from_at',
  )
  const days = await ctx.pool.query('select d.*, d.day::text as day_text from day_status d order by d.subject_id, d.day')
  const next = await ctx.pool.query<NextChange>(`select id, next_change_at from subject where kind = 'asset' order by id`)
  return { spans: spans.rows, days: days.rows, next: next.rows }
}
