import { type LastEnds, lastEndsSql, mayHaveFailedSinceSql, toFailedRun } from '#lib/db/runs/failed-runs.ts'
import type { KeyPromise } from '#lib/domain/coverage/key-promise.ts'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'
import { judgesAClock } from '#lib/domain/freshness/judged-value.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import { promiseInWords } from '#lib/domain/freshness/policies/policy-kinds.ts'
import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { getAssetContracts } from '#lib/queries/catalogue/asset-contracts.ts'
import { getKeysOfAssets, type KeyView, type Promising } from '#lib/queries/catalogue/asset-keys.ts'
import { type AssetFacts, getAssetFacts } from '#lib/queries/shared/asset-columns.ts'
import { getUnseenNeighbours } from '#lib/queries/shared/asset-rows.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { joinLatestArrival } from '#lib/queries/shared/latest-arrival.ts'
import type { ApiGoodAgain } from './again-answers.ts'
import { markOfContracts, toContract } from './contract-answers.ts'
import { markOfKeys, toCoverage } from './key-answers.ts'
import { type ApiList, markOfFound, markOfSubjects, subjectsOf, toTime, toToldRun } from './list.ts'
import { type AssetsQuestion, assetsQuestion } from './questions.ts'
import type { ApiAsset, ApiContract, ApiRemoved } from './shapes.ts'

interface Row {
  id: number
  key: string
  name: string
  why: string | null
  removedAt: Instant | null
  kind: ApiAsset['kind']
  feed: string
  group: string
  connection: string
  path: string
  flow: string | null
  promised: boolean
  status: ApiAsset['verdict']['status']
  reason: ApiAsset['verdict']['reason']
  since: Instant | null
  explanation: string | null
  lastEnds: LastEnds | null
  dueAt: Instant | null
  lateAt: Instant | null
  staleAt: Instant | null
  dataThroughAt: Instant | null
  dataThroughIsDay: boolean
  writtenAt: Instant | null
  loadedAt: Instant | null
  probedAt: Instant | null
  attemptedAt: Instant | null
  method: string | null
  strength: string | null
  detail: string | null
  weakBy: string | null
  problem: string | null
  policies: Policy[] | null
  promise: KeyPromise | null
  blindAfterMs: number | null
  upstream: string[]
  downstream: string[]
}

/** Told of, looked at in vain, promised otherwise, failed anew. */
const CHANGED = `(a.problem is not null and seen.attempted_at >= $3)
    or exists (select 1 from arrival x where x.asset_id = s.id and x.recorded_at >= $3)
    or exists (select 1 from key_reading x where x.asset_id = s.id and x.recorded_at >= $3)
    or exists (select 1 from contract_break x where x.asset_id = s.id and (x.from_at >= $3 or x.to_at >= $3))
    or exists (select 1 from subject_version x where x.subject_id = s.id and x.from_at >= $3)
    or s.id in (select subject_id from status_change where recorded_at >= $3)
    or ${mayHaveFailedSinceSql('$3')}`

const neighbours = (own: string, other: string) => `
    array(select n.key from lineage_now e join subject n on n.id = e.${other} and n.removed_at is null where e.${own} = s.id order by n.key)`

/** Of other columns, where these are asked for. */
const OTHER_COLUMNS = `($9::boolean and (
      exists (select 1 from found_asset x where x.connection_key = a.connection_key and x.path = a.path and x.changed_at >= $3)
      or exists (select 1 from push_dataset x where x.asset_id = s.id and x.told_at >= $3)))`

const ASSETS = `
  select s.id, s.key, s.name, s.why, ${instant('s.removed_at')} as "removedAt", a.asset_kind as kind, fs.key as feed, g.key as "group",
    a.connection_key as connection, a.path, a.flow, a.promised,
    sp.status, sp.reason, ${instant('coalesce(sp.since_at, sp.from_at)')} as since, a.verdict->>'explanation' as explanation,
    case when sp.reason = 'run-failed' then ${lastEndsSql()} end as "lastEnds",
    (a.verdict->>'dueAt')::float8 as "dueAt", (a.verdict->>'lateAt')::float8 as "lateAt", (a.verdict->>'staleAt')::float8 as "staleAt",
    ${instant('through.at')} as "dataThroughAt", coalesce(through.precision = 'day', false) as "dataThroughIsDay",
    ${instant('written.at')} as "writtenAt", ${instant('loaded.at')} as "loadedAt", ${instant('seen.probed_at')} as "probedAt",
    ${instant('seen.attempted_at')} as "attemptedAt", a.observation->'evidence'->>'method' as method,
    a.observation->'evidence'->>'strength' as strength, a.observation->'evidence'->>'detail' as detail, a.verdict->>'weakBy' as "weakBy", a.problem,
    v.settings->'policies' as policies, nullif(v.settings->'expect', 'null') as promise, (v.settings->>'blindAfterMs')::float8 as "blindAfterMs",
    ${neighbours('downstream_id', 'upstream_id')} as upstream, ${neighbours('upstream_id', 'downstream_id')} as downstream
  from subject s
  join asset a on a.subject_id = s.id
  left join sight seen on seen.asset_id = s.id
  join subject fs on fs.id = a.feed_id
  join feed f on f.subject_id = a.feed_id
  join subject g on g.id = f.group_id
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  left join lateral (select settings from subject_version x where x.subject_id = s.id order by x.from_at desc limit 1) v on true
  ${joinLatestArrival('loadedAt', 'loaded')} ${joinLatestArrival('writtenAt', 'written')} ${joinLatestArrival('dataThroughAt', 'through')}
  where ${subjectsOf('asset', `${CHANGED} or ${OTHER_COLUMNS}`)}
    and ($4::text is null or s.key = $4) and ($5::text is null or fs.key = $5) and ($6::text is null or g.key = $6)
    and ($7::text is null or a.connection_key = $7) and ($8::text is null or coalesce(sp.status, 'none') = $8)
  order by s.id limit $2`

/** The assets of the catalogue, in the order in which they came. */
export const ASSET_LIST: ApiList<AssetsQuestion, ApiAsset | ApiRemoved> = {
  name: 'assets',
  question: assetsQuestion,
  place: /^\d{1,9}$/,
  async read(ctx, { changedSince, key, feed, group, connection, status, include }, after, limit, answer) {
    const isWithColumns = include === 'columns'
    const filters = [changedSince, key, feed, group, connection, status, isWithColumns]
    const { rows } = await ctx.pool.query<Row>(ASSETS, [Number(after ?? 0), limit, ...filters])
    const ids = rows.map(({ id }) => id)
    const [contracts, keys, unseen, facts, again] = await Promise.all([
      getAssetContracts(ctx, ids),
      getKeysOfAssets(ctx, rows.filter(isPromising)),
      getUnseenNeighbours(ctx, ids),
      isWithColumns ? getAssetFacts(ctx, ids) : null,
      answer.assets(rows),
    ])
    const sides = new Set(unseen.map(({ assetId, isUpstream }) => sideOf(assetId, isUpstream)))
    const contractOf = new Map(contracts.map((contract) => [contract.id, contract]))
    return rows.map((row) => {
      const told = {
        goodAgain: again.get(row.id) ?? null,
        contract: toContract(contractOf.get(row.id) ?? null),
        keys: keys.get(row.id) ?? [],
      }
      const item = toItem(row, sides, told)
      return { place: String(row.id), item: facts === null ? item : withColumns(item, facts.get(row.id)) }
    })
  },
  async mark(ctx, { include }, answer) {
    const own = [await markOfSubjects(ctx), await markOfContracts(ctx), await markOfKeys(ctx), await answer.mark()]
    return JSON.stringify(include === 'columns' ? [...own, await markOfFound(ctx)] : own)
  },
}

function withColumns(item: ApiAsset | ApiRemoved, facts: AssetFacts | undefined): ApiAsset | ApiRemoved {
  return 'removedAt' in item ? item : { ...item, columns: [...(facts?.columns ?? [])] }
}

/** One side of an asset, by which what is not seen there is known. */
function sideOf(assetId: number, isUpstream: boolean): string {
  return `${isUpstream ? 'before' : 'after'} ${assetId}`
}

interface Told {
  goodAgain: ApiGoodAgain
  contract: ApiContract | null
  keys: readonly KeyView[]
}

function isPromising(row: Row): row is Row & Promising {
  return row.promise !== null && row.removedAt === null
}

function toItem(row: Row, unseen: ReadonlySet<string>, { goodAgain, contract, keys }: Told): ApiAsset | ApiRemoved {
  const { key, name, why, kind, feed, group, connection, path, flow, promised, upstream, downstream, blindAfterMs } = row
  const removedAt = toTime(row.removedAt)
  if (removedAt !== null) return { key, removedAt }
  const { status, reason, explanation, method, strength, detail, weakBy, problem, dataThroughIsDay } = row
  return {
    key,
    name,
    why,
    kind,
    feed,
    group,
    connection,
    path,
    flow,
    promised,
    verdict: {
      status,
      reason,
      since: toTime(row.since),
      explanation,
      failedRun: toToldRun(toFailedRun(row.lastEnds)),
      goodAgain: isUnhealthy(status) ? goodAgain : null,
      dueAt: toTime(row.dueAt),
      lateAt: toTime(row.lateAt),
      staleAt: toTime(row.staleAt),
    },
    clocks: {
      dataThroughAt: toTime(row.dataThroughAt),
      dataThroughIsDay,
      writtenAt: toTime(row.writtenAt),
      loadedAt: toTime(row.loadedAt),
      probedAt: toTime(row.probedAt),
    },
    evidence: { method, strength, detail, weakBy, attemptedAt: toTime(row.attemptedAt), problem },
    policies: (row.policies ?? []).map(toPolicy),
    blindAfterMs,
    coverage: toCoverage(row.promise, keys),
    contract,
    upstream,
    downstream,
    unseenUpstream: unseen.has(sideOf(row.id, true)),
    unseenDownstream: unseen.has(sideOf(row.id, false)),
  }
}

function toPolicy(policy: Policy): ApiAsset['policies'][number] {
  const judged: { clock: JudgedClock | null; zone: string | null } = judgesAClock(policy) ? policy : { clock: null, zone: null }
  return { kind: policy.kind, clock: judged.clock, zone: judged.zone, inWords: promiseInWords(policy) }
}
