import { isUnhealthy, type Status } from '#lib/domain/freshness/status.ts'
import type { DatedEdge } from '#lib/domain/lineage/edge.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import type { Cause, CauseAsset, DownConnection, FailingWork } from './cause.ts'
import { type Causes, findCauses } from './find-causes.ts'

/** A stretch in which something is so, from ≤ t < to; null: still so. */
export interface Dated {
  from: Instant
  to: Instant | null
}

export interface DatedSpan extends Dated {
  status: Status
  isBlocked: boolean
}

/** An asset while it is there: how it stood, and what wrote it from when on (before the first: the same). */
export interface DatedAsset extends Dated, Pick<CauseAsset, 'id' | 'connection' | 'isUnseen'> {
  /** In order of time. */
  spans: readonly DatedSpan[]
  /** Of what is not fresh when the first of these begins, or when the history does: since when. */
  wrongSince: Instant | null
  /** In order of time. */
  writers: readonly ({ from: Instant } & Pick<CauseAsset, 'flow' | 'job'>)[]
}

/** All that the causes of a stretch follow from. What was fresh all the time may be left out. */
export interface CauseHistory {
  assets: readonly DatedAsset[]
  edges: readonly DatedEdge[]
  connections: readonly (DownConnection & Dated)[]
  work: readonly (FailingWork & Dated)[]
}

/** From then on these causes stand, as far as they hold something back. */
export interface CausesFrom {
  at: Instant
  causes: readonly Cause[]
}

/** The causes at an instant, and at each later one up to another at which they may be others, in order of time and one after the other. */
export function* causesOver(history: CauseHistory, from: Instant, through: Instant): Generator<CausesFrom, void> {
  const moment = new Moment()
  const turns = Map.groupBy(turnsOf(history, from, through), ({ at }) => at)
  for (const at of [...new Set([from, ...turns.keys()])].sort((a, b) => a - b)) {
    for (const { apply } of turns.get(at) ?? []) apply(moment)
    yield { at, causes: moment.causes() }
  }
}

/** What everything came down to at each of these instants, by one pass over a history that holds them all. */
export function causesAtEach(history: CauseHistory, instants: Iterable<Instant>): Map<Instant, Causes> {
  const asked = [...new Set(instants)].sort((a, b) => a - b)
  const [first, last] = [asked[0], asked.at(-1)]
  if (first === undefined || last === undefined) return new Map()
  const turns = turnsOf(history, first, last).sort((a, b) => a.at - b.at)
  const moment = new Moment()
  const found = new Map<Instant, Causes>()
  let place = 0
  for (const at of asked) {
    for (let turn = turns[place]; turn !== undefined && turn.at <= at; turn = turns[++place]) turn.apply(moment)
    found.set(at, moment.found())
  }
  return found
}

/** What there is to find causes in, at an instant. */
class Moment {
  readonly assets = new Map<number, CauseAsset>()
  readonly edges = new Set<DatedEdge>()
  readonly connections = new Set<DownConnection & Dated>()
  readonly work = new Set<FailingWork & Dated>()

  causes(): readonly Cause[] {
    if (![...this.assets.values()].some(({ status }) => isUnhealthy(status))) return []
    return this.found().all.filter(({ status }) => status !== null)
  }

  found(): Causes {
    const assets = [...this.assets.values()]
    const edges = [...this.edges].filter(({ upstreamId, downstreamId }) => this.assets.has(upstreamId) && this.assets.has(downstreamId))
    return findCauses({ assets, edges, connections: earliest(this.connections), work: [...this.work] })
  }
}

/** Of a connection that is down in several ways the one that began first. */
function earliest(connections: Iterable<DownConnection>): DownConnection[] {
  const found = new Map<string, DownConnection>()
  for (const one of connections) if (one.since < (found.get(one.key)?.since ?? END_OF_TIME)) found.set(one.key, one)
  return [...found.values()]
}

interface Turn {
  at: Instant
  apply(moment: Moment): void
}

function turnsOf({ assets, edges, connections, work }: CauseHistory, from: Instant, through: Instant): Turn[] {
  return [
    ...assets.flatMap((asset) => turnsOfAsset(asset, from, through)),
    ...edges.flatMap((edge) => comesAndGoes(edge, from, through, (moment) => moment.edges)),
    ...connections.flatMap((down) => comesAndGoes(down, from, through, (moment) => moment.connections)),
    ...work.flatMap((failing) => comesAndGoes(failing, from, through, (moment) => moment.work)),
  ]
}

function comesAndGoes<T extends Dated>(one: T, from: Instant, through: Instant, setOf: (moment: Moment) => Set<T>): Turn[] {
  const comesAt = Math.max(one.from, from)
  if (comesAt > through || (one.to !== null && one.to <= comesAt)) return []
  const comes: Turn = { at: comesAt, apply: (moment) => setOf(moment).add(one) }
  if (one.to === null || one.to > through) return [comes]
  return [comes, { at: one.to, apply: (moment) => setOf(moment).delete(one) }]
}

/** When it becomes another one among what causes are found in: what is fresh is not. */
function turnsOfAsset(asset: DatedAsset, from: Instant, through: Instant): Turn[] {
  const spans = withSince(asset)
  const edges = [asset, ...spans].flatMap((one) => [one.from, one.to ?? END_OF_TIME])
  const instants = new Set([...edges, ...asset.writers.map((one) => one.from)].filter((at) => at > from && at <= through))
  const turns: Turn[] = []
  let before: CauseAsset | null = null
  let place = 0
  for (const at of [from, ...[...instants].sort((a, b) => a - b)]) {
    while (place < spans.length && (spans[place]?.to ?? END_OF_TIME) <= at) place += 1
    const now = assetAt(asset, spans[place], at)
    if (isSame(before, now)) continue
    before = now
    turns.push({ at, apply: ({ assets }) => void (now === null ? assets.delete(asset.id) : assets.set(asset.id, now)) })
  }
  return turns
}

interface Span extends DatedSpan {
  since: Instant
}

/** The spans, of what is not fresh with since when without a break, whatever it was called meanwhile. */
function withSince({ spans, wrongSince }: DatedAsset): Span[] {
  let before: Span | null = null
  return spans.map((span) => {
    const goesOn: boolean = before === null ? wrongSince !== null : before.to === span.from && isUnhealthy(before.status)
    const since: Instant = goesOn && isUnhealthy(span.status) ? (before?.since ?? wrongSince ?? span.from) : span.from
    before = { ...span, since }
    return before
  })
}

function assetAt(asset: DatedAsset, span: Span | undefined, at: Instant): CauseAsset | null {
  if (at < asset.from || (asset.to !== null && at >= asset.to)) return null
  const holds = span !== undefined && span.from <= at
  if (holds && !isUnhealthy(span.status)) return null
  const { flow, job } = asset.writers.findLast((one) => one.from <= at) ?? asset.writers[0] ?? { flow: null, job: null }
  const standing = holds
    ? { status: span.status, since: span.since, isBlocked: span.isBlocked }
    : { status: null, since: null, isBlocked: false }
  const isUnseen = asset.isUnseen === true ? { isUnseen: true } : {}
  return { id: asset.id, connection: asset.connection, flow, job, ...standing, ...isUnseen }
}

function isSame(a: CauseAsset | null, b: CauseAsset | null): boolean {
  if (a === null || b === null) return a === b
  return a.status === b.status && a.since === b.since && a.isBlocked === b.isBlocked && a.flow === b.flow && a.job === b.job
}
