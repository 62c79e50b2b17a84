import type { Context } from '#lib/db/context.ts'
import { type ConcernedByBreak, loadConcernedByAssets } from '#lib/db/incidents/concerned-readers.ts'
import { type LastEnds, lastEndsSql, toFailedRun } from '#lib/db/runs/failed-runs.ts'
import type { ConcernedReader } from '#lib/domain/contracts/concerned-readers.ts'
import { isUnhealthy, type Reason, type Status } from '#lib/domain/freshness/status.ts'
import { type Cause, type CauseAsset, type CauseGraph, type CauseKind, partsOfCause } from '#lib/domain/lineage/causes/cause.ts'
import type { ToldCause } from '#lib/domain/lineage/causes/told-causes.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Named } from '#lib/domain/wording/pieces.ts'
import { capital, endsSentence } from '#lib/domain/wording/sentences.ts'
import { reasonInWords } from '#lib/domain/wording/words.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { type CauseName, getCauseNames } from './cause-names.ts'

/** What a cause is called, why it is so, and whom to ask. */
export interface AboutCause {
  /** null: the reader does not see it. An asset that its feed is judged by goes by the name of the feed. */
  of: Named | null
  /** Why, in sentences: of the run that failed, of the last look, or of the promise; null: nobody knows. */
  why: string | null
  /** The failed run's own words alone. */
  said: string | null
  /** Of an asset: its contract is broken, and that is why. */
  isBroken: boolean
  /** Of an asset: nobody can see how it stands. */
  isUnknown: boolean
  owners: string[]
  /** Of a broken contract: who reads what it is about, without the feeds that are held back. */
  concerned: ConcernedReader[]
  /** Of a connection: its database is. */
  isGone?: boolean
  /** Of a connection: when it is asked again. */
  nextLookAt: Instant | null
}

const OWNERS_MAX = 2
/** So many assets of a system are asked whose they are. */
const ASKED_MAX = 20

/** Of `$1` whose they are, and why they are not fresh; of `$2` how the runs ended that write them, whatever their reason. */
const ASSETS = `
  select s.id, f.owner, sp.status, sp.reason,
    case when sp.reason = 'contract-broken' then (select b.words from contract_break b where b.asset_id = s.id and b.to_at is null) end as "brokenBy",
    case when sp.reason = 'run-failed' or s.id = any($2::int[]) then ${lastEndsSql()} end as "lastEnds"
  from subject s join asset a on a.subject_id = s.id
  join feed f on f.subject_id = a.feed_id
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  where s.id = any($1::int[])`

interface AssetRow {
  id: number
  owner: string | null
  status: Status | null
  reason: Reason | null
  /** What breaks its contract, and to whom that was promised; null: nothing does, or it is not why. */
  brokenBy: string | null
  lastEnds: LastEnds | null
}

const CONNECTIONS = `select key, problem, ${instant('next_probe_at')} as "nextLookAt" from connection_state where key = any($1::text[])`

interface ConnectionRow {
  key: string
  problem: string | null
  nextLookAt: Instant | null
}

/** A cause with the assets that tell of it, the first first. */
interface Asked {
  told: ToldCause
  kind: CauseKind
  name: string
  ids: number[]
}

/** What these causes are called and why they are so, in their order, as far as the reader sees it. */
export async function aboutCauses(ctx: Context, told: readonly ToldCause[], graph: CauseGraph): Promise<AboutCause[]> {
  const asked = told.map((one) => ({ told: one, ...partsOfCause(one.cause.key), ids: assetsToAsk(one.cause, graph) }))
  const running = asked.flatMap(({ kind, ids }) => (kind === 'flow' || kind === 'job' ? ids.slice(0, 1) : []))
  const connections = asked.flatMap(({ kind, name }) => (kind === 'connection' ? [name] : []))
  const [assets, systems, names] = await Promise.all([
    rowsOf<AssetRow>(ctx, ASSETS, [[...new Set(asked.flatMap(({ ids }) => ids))], running]),
    rowsOf<ConnectionRow>(ctx, CONNECTIONS, [connections]),
    getCauseNames(
      ctx,
      told.map(({ cause }) => cause.key),
    ),
  ])
  const concerned = await concernedBy(ctx, asked, assets)
  const byId = new Map(assets.map((row) => [row.id, row]))
  const byKey = new Map(systems.map((row) => [row.key, row]))
  return asked.map((one) => {
    const rows = one.ids.flatMap((id) => byId.get(id) ?? [])
    const name = names.get(one.told.cause.key)
    const known = { isGone: name?.isGone === true, of: nameOf(name, one.told), concerned: concerned.get(one.ids[0] ?? -1)?.readers ?? [] }
    return { ...toAbout(one, rows, byKey.get(one.name)), ...known }
  })
}

/** By the broken contracts that are causes themselves. */
function concernedBy(ctx: Context, asked: readonly Asked[], assets: readonly AssetRow[]): Promise<Map<number, ConcernedByBreak>> {
  const held = new Map(asked.flatMap(({ kind, ids: [id], told }) => (kind === 'asset' && id !== undefined ? [[id, told.held]] : [])))
  const broken = assets.filter(({ id, brokenBy }) => brokenBy !== null && held.has(id)).map(({ id }) => id)
  return loadConcernedByAssets(ctx.pool, broken, (id) => held.get(id) ?? [])
}

async function rowsOf<T extends object>(ctx: Context, sql: string, values: unknown[][]): Promise<T[]> {
  return values[0]?.length === 0 ? [] : (await ctx.pool.query<T>(sql, values)).rows
}

/** The asset itself; of a system what it brings, what is not fresh of that first. */
function assetsToAsk({ key }: Cause, { assets }: CauseGraph): number[] {
  const { kind, name } = partsOfCause(key)
  if (kind === 'unseen') return []
  if (kind === 'asset') return [Number(name)]
  const own = assets.filter((asset) => asset[kind] === name && asset.isUnseen !== true)
  return own
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, ASKED_MAX)
    .map(({ id }) => id)
}

function rank({ status, id }: CauseAsset): number {
  return isUnhealthy(status) ? id - Number.MAX_SAFE_INTEGER : id
}

function toAbout({ kind }: Asked, rows: readonly AssetRow[], system: ConnectionRow | undefined): Omit<AboutCause, 'of' | 'concerned'> {
  const [first] = rows
  const owners = [...new Set(rows.flatMap(({ owner }) => owner ?? []))].slice(0, OWNERS_MAX)
  const nothing = {
    why: null,
    said: null,
    isBroken: kind === 'asset' && first?.brokenBy != null,
    isUnknown: kind === 'asset' && first?.status === 'unknown',
    owners,
    nextLookAt: null,
  }
  if (kind === 'connection') return { ...nothing, why: asSentence(system?.problem ?? null), nextLookAt: system?.nextLookAt ?? null }
  const run = toFailedRun(first?.lastEnds ?? null)
  return { ...nothing, why: run?.words ?? asSentence(kind === 'asset' ? whyOf(first) : null), said: run?.says ?? null }
}

function whyOf(asset: AssetRow | undefined): string | null {
  if (asset?.brokenBy != null) return asset.brokenBy
  return asset?.reason == null ? null : reasonInWords(asset.reason)
}

/** An asset that its feed is judged by goes by the name of the feed that is held back. */
function nameOf(known: CauseName | undefined, { held }: ToldCause): Named | null {
  if (known === undefined || known.kind === 'unseen') return null
  const { kind, key, name, feed } = known
  const isFeed = feed?.isJudgedBy === true && held.some(({ id }) => id === feed.id)
  return isFeed ? { kind: 'feed', key: feed.key, name: feed.name } : { kind, key, name }
}

function asSentence(words: string | null): string | null {
  if (words === null) return null
  return endsSentence(words) ? words : `${capital(words)}.`
}
