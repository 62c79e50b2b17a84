import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { acceptLineage } from '#lib/commands/push/accept-messages.ts'
import { takeMessages } from '#lib/commands/push/take-messages.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import { type IdentityIndex, indexIdentities } from '#lib/domain/lineage/identity.ts'
import type { EVENT_TYPES } from '#lib/domain/push/event-schema.ts'
import { lineageEventSchema } from '#lib/domain/push/event-schema.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { aCatalogue, anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'

/** What others call the database `lake`. */
export const LAKE_NAMESPACE = 'postgres://db.example:5432'

const PUSHER: Actor = { kind: 'token', id: 'a-token', name: 'loads (token of Ada)', role: 'viewer', audience: null, pushes: true }

/** Whoever hands in what a system tells. */
export function pusher(ctx: Context, own: Partial<Actor> = {}): Context {
  return asActor(ctx, { ...PUSHER, ...own })
}

/**
 * The catalogue of these tables of `lake`, which nobody looks at, some named by the job that writes them, beside the push connection `etl`; and how others
 * name them.
 */
export async function declarePushed(ctx: Context, paths: readonly string[], jobs: Record<string, string> = {}): Promise<IdentityIndex> {
  const policies = [anAge(4 * HOUR_MS, 12 * HOUR_MS, 'loadedAt')]
  const assets = paths.map((path) => anAsset(path, { policies, ...(jobs[path] !== undefined && { job: jobs[path], blindAfterMs: null }) }))
  const plain = aCatalogue(assets)
  const [lake] = plain.connections
  if (lake === undefined) throw new Error('A catalogue of what is pushed names at least one table.')
  const etl = { ...lake, key: 'etl', kind: 'push', settings: { from: 'what loads' } }
  const catalogue = { ...plain, connections: [lake, etl] }
  await syncCatalogue(ctx, { catalogue, document: {}, hash: JSON.stringify(catalogue), schema: {} })
  return identitiesOfLake(paths)
}

function identitiesOfLake(paths: readonly string[]): IdentityIndex {
  const lake = { names: ['wh'], omits: ['public'], namespaces: [LAKE_NAMESPACE], case: 'lower' } as const
  return indexIdentities(
    new Map([['lake', lake]]),
    paths.map((path) => `lake/${path}`),
  )
}

export interface Told {
  type: (typeof EVENT_TYPES)[number]
  at: Instant
  run: number
  job?: string
  inputs?: readonly string[]
  outputs?: readonly string[]
  rows?: number | null
  lifecycle?: string
  facets?: object
  jobFacets?: object
  columns?: readonly string[]
}

/** The id of the run of a number. */
export function runIdOf(run: number): string {
  return `01990000-0000-7000-8000-${String(run).padStart(12, '0')}`
}

const facet = { _producer: 'https://example.edu/loader', _schemaURL: 'https://openlineage.io/spec/facets/1-0-0/Facet.json' }

/** An event as OpenLineage sends it, of tables of `lake`. */
export function toldEvent({
  type,
  at,
  run,
  job = 'load',
  inputs = [],
  outputs = [],
  rows = null,
  lifecycle,
  facets,
  jobFacets,
  columns,
}: Told) {
  const named = (path: string) => ({ namespace: LAKE_NAMESPACE, name: `wh.${path}` })
  return {
    eventType: type,
    eventTime: new Date(at).toISOString(),
    producer: 'https://example.edu/loader',
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId: runIdOf(run), facets: { ...facets } },
    job: { namespace: 'loads', name: job, facets: { ...jobFacets } },
    inputs: inputs.map((path) => named(path)),
    outputs: outputs.map((path) => ({
      ...named(path),
      facets: {
        ...(lifecycle !== undefined && { lifecycleStateChange: { ...facet, lifecycleStateChange: lifecycle } }),
        ...(columns !== undefined && { schema: { ...facet, fields: columns.map((name) => ({ name, type: 'text' })) } }),
      },
      outputFacets: rows === null ? {} : { outputStatistics: { ...facet, rowCount: rows } },
    })),
  }
}

/** Hands events in, in one request. */
export function handIn(ctx: Context, events: readonly unknown[], own: Partial<Actor> = {}) {
  return acceptLineage(
    pusher(ctx, own),
    events.map((event) => lineageEventSchema.parse(event)),
  )
}

/** Carries over all that waits, so many at a time. */
export async function takeAll(ctx: Context, index: IdentityIndex, most?: number): Promise<void> {
  while ((await takeMessages(ctx, index, most)) > 0);
}

/** Numbers from 0 to 1 that are the same for the same seed. */
export function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export const TABLES = Array.from({ length: 10 }, (_, i) => `raw.t${i}`)

/** A thousand events of fifty runs of ten jobs from an instant on: some fail, some fail after they had succeeded, some stream, some have no start. */
export function thousandEvents(from: Instant): ReturnType<typeof toldEvent>[] {
  const random = dice(7)
  return Array.from({ length: 50 }, (_, run) => eventsOfRun(run, from, random)).flat()
}

function eventsOfRun(run: number, from: Instant, random: () => number): ReturnType<typeof toldEvent>[] {
  const job = run % 10
  const outputs = [TABLES[job] ?? '']
  const inputs = [TABLES[(job + 1 + Math.floor(run / 25)) % 10] ?? '']
  const begin = from + run * 40 * MINUTE_MS
  const isStreaming = job === 9
  const jobFacets = { jobType: { ...facet, processingType: isStreaming ? 'STREAMING' : 'BATCH', integration: 'SPARK' } }
  const tell = (type: Told['type'], at: number, own: Partial<Told> = {}) =>
    toldEvent({ type, at, run, job: `job ${job}`, jobFacets, ...own })
  const way = Array.from({ length: 18 }, (_, i) => {
    const told = i % 6 === 0 ? { outputs } : i % 6 === 1 ? { inputs } : {}
    return tell(i % 3 === 0 ? 'RUNNING' : 'OTHER', begin + (i + 1) * MINUTE_MS, { ...told, rows: Math.floor(random() * 3) })
  })
  const end = begin + 20 * MINUTE_MS
  const first = random() < 0.1 ? tell('OTHER', begin) : tell('START', begin, { outputs })
  const ends: Told['type'][] = ['COMPLETE', 'COMPLETE', 'COMPLETE', 'FAIL', 'ABORT']
  const last = ends[Math.floor(random() * ends.length)] ?? 'COMPLETE'
  const after = run % 7 === 0 ? 'FAIL' : null
  const done = tell(last, end, { outputs, rows: Math.floor(random() * 3) })
  return after === null ? [first, ...way, done] : [first, ...way.slice(1), done, tell(after, end + MINUTE_MS)]
}

/** The same events in an order of their own, some of them twice, cut into batches. */
export function shuffled<T>(events: readonly T[], seed: number): T[][] {
  const random = dice(seed)
  const all = [...events, ...events.filter(() => random() < 0.2)].map((event) => ({ event, key: random() })).sort((a, b) => a.key - b.key)
  const batches: T[][] = []
  for (let at = 0; at < all.length; ) {
    const size = 1 + Math.floor(random() * 200)
    batches.push(all.slice(at, at + size).map(({ event }) => event))
    at += size
  }
  return batches
}

const STORED = {
  spans:
    'select s.key, s.kind, p.status, p.reason, p.from_at, p.to_at from status_span p join subject s on s.id = p.subject_id order by 1, 2, p.from_at',
  facts:
    'select asset_id, clock, at, source, happened_at, placed_at, rows, run_id from arrival order by asset_id, clock, happened_at, run_id',
  external:
    'select connection_key, job, external_id, attempt, state, placed_at, scheduled_at, started_at, ended_at, error, rows, writes, told_by, told_at, parent_job, parent_id, job_type from external_run order by external_id',
  runs: 'select id, namespace, job, last_at, state from push_run order by id',
  edges:
    'select u.key as up, d.key as down from lineage_now e join subject u on u.id = e.upstream_id join subject d on d.id = e.downstream_id order by 1, 2',
  days: 'select subject_id, day, fresh_seconds, late_seconds, stale_seconds, unknown_seconds from day_status order by 1, 2',
  data: 'select namespace, name, told_at, facets, asset_id from push_dataset order by 1, 2',
}

/** All that pushed events have led to. */
export async function whatIsStored(ctx: Context): Promise<Record<keyof typeof STORED, unknown[]>> {
  const found = { spans: [], facts: [], external: [], runs: [], edges: [], days: [], data: [] } as Record<keyof typeof STORED, unknown[]>
  for (const name of Object.keys(STORED) as (keyof typeof STORED)[]) found[name] = (await ctx.whole.query(STORED[name])).rows
  return found
}
