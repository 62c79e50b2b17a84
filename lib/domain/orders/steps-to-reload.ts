import { isBroken, type Status } from '#lib/domain/freshness/status.ts'

/** An asset as a plan sees it. */
export interface PlannedAsset {
  id: number
  feedId: number
  /** The flow that writes it. */
  flow: string | null
  /** The job of another system that writes it, `<connection>/<job>`. */
  job: string | null
  /** Whether that job can be started from here. */
  canStart: boolean
  status: Status | null
}

/** From an asset to one made from it. */
export interface PlannedEdge {
  upstreamId: number
  downstreamId: number
}

/** What a reload of a feed is made of. */
export interface ReloadScope {
  /** In the order in which they run; each once. */
  steps: ScopeStep[]
  /** Assets upstream that something is wrong with and that nothing known writes: nobody can load them here. */
  watchedIds: number[]
  /** Jobs that would have to run, and that somebody has to start in their own system. */
  elsewhere: { job: string; isOwn: boolean }[]
}

/** What a step runs: a flow by its name, or a job of another system, `<connection>/<job>`. */
export interface StepWork {
  kind: 'flow' | 'job'
  name: string
}

export interface ScopeStep extends StepWork {
  /** It writes something of the feed itself. */
  isOwn: boolean
}

/** So many assets that nothing judges may lie between a feed and the cause of its trouble. */
const UNJUDGED_MAX = 3

/**
 * What a reload of a feed runs, the root first: what writes what is late, stale or unknown upstream, as far as the trouble reaches without a healthy asset in
 * between, then what writes the feed's own. `after` names the flows that a flow comes after. Cycles end, and give one order and always the same.
 */
export function stepsToReload(
  feedId: number,
  assets: readonly PlannedAsset[],
  edges: readonly PlannedEdge[],
  after: ReadonlyMap<string, readonly string[]>,
): ReloadScope {
  const byId = new Map(assets.map((asset) => [asset.id, asset]))
  const upstreamOf = Map.groupBy(edges, (edge) => edge.downstreamId)
  const above = (id: number) => (upstreamOf.get(id) ?? []).flatMap(({ upstreamId }) => byId.get(upstreamId) ?? [])
  const own = assets.filter((asset) => asset.feedId === feedId)
  const ownWriters = new Set(own.flatMap((asset) => writerOf(asset) ?? []))
  const troubled = troubledAbove(own, above)
  const chosen = new Set([...ownWriters, ...troubled.flatMap((asset) => writerOf(asset) ?? [])])
  const before = writersBefore(chosen, assets, above, after)
  return {
    steps: inOrder(chosen, before, ownWriters).map((writer) => ({ ...workOf(writer), isOwn: ownWriters.has(writer) })),
    watchedIds: troubled.filter(({ flow, job, feedId: of }) => flow === null && job === null && of !== feedId).map(({ id }) => id),
    elsewhere: jobsElsewhere(own, troubled),
  }
}

/** A flow or a job in one word: they do not share their names. */
type Writer = `${StepWork['kind']} ${string}`

/** What can be begun here and writes it. */
function writerOf({ flow, job, canStart }: PlannedAsset): Writer | null {
  if (flow !== null) return `flow ${flow}`
  return job !== null && canStart ? `job ${job}` : null
}

function workOf(writer: Writer): StepWork {
  return writer.startsWith('flow ')
    ? { kind: 'flow', name: writer.slice('flow '.length) }
    : { kind: 'job', name: writer.slice('job '.length) }
}

function jobsElsewhere(own: readonly PlannedAsset[], troubled: readonly PlannedAsset[]): ReloadScope['elsewhere'] {
  const jobsOf = (assets: readonly PlannedAsset[]) =>
    new Set(assets.flatMap(({ flow, job, canStart }) => (flow === null && job !== null && !canStart ? [job] : [])))
  const owns = jobsOf(own)
  return [...owns.union(jobsOf(troubled))].map((job) => ({ job, isOwn: owns.has(job) }))
}

type Above = (id: number) => PlannedAsset[]

const isTroubled = ({ status }: PlannedAsset) => isBroken(status) || status === 'unknown'
const isHealthy = (asset: PlannedAsset) => asset.status !== null && !isTroubled(asset)

/** What is wrong upstream of these, each once, the nearest first. */
function troubledAbove(own: readonly PlannedAsset[], above: Above): PlannedAsset[] {
  const fewestUnjudged = new Map(own.map(({ id }) => [id, 0]))
  const found = new Map<number, PlannedAsset>()
  const open = own.map(({ id }) => id)
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    const passed = fewestUnjudged.get(id) ?? 0
    for (const asset of above(id)) {
      const unjudged = asset.status === null ? passed + 1 : 0
      const reached = fewestUnjudged.get(asset.id) ?? Number.POSITIVE_INFINITY
      if (isHealthy(asset) || unjudged > UNJUDGED_MAX || reached <= unjudged) continue
      fewestUnjudged.set(asset.id, unjudged)
      open.push(asset.id)
      if (isTroubled(asset)) found.set(asset.id, asset)
    }
  }
  return [...found.values()]
}

/** Of each chosen writer those that must run before it: what its assets are made from, however far up, and what it comes after. */
function writersBefore(
  chosen: ReadonlySet<Writer>,
  assets: readonly PlannedAsset[],
  above: Above,
  after: ReadonlyMap<string, readonly string[]>,
): Map<Writer, Set<Writer>> {
  return new Map(
    [...chosen].map((writer) => {
      const seen = new Set(assets.filter((asset) => writerOf(asset) === writer).map(({ id }) => id))
      const work = workOf(writer)
      const flows = work.kind === 'flow' ? (after.get(work.name) ?? []) : []
      const before = new Set(flows.map((name): Writer => `flow ${name}`).filter((other) => chosen.has(other)))
      for (const id of seen)
        for (const asset of above(id)) {
          seen.add(asset.id)
          const other = writerOf(asset)
          if (other !== null && chosen.has(other)) before.add(other)
        }
      before.delete(writer)
      return [writer, before]
    }),
  )
}

/** One order that keeps to `before`; where that goes in circles, what has the fewest left before it goes first. */
function inOrder(chosen: ReadonlySet<Writer>, before: ReadonlyMap<Writer, ReadonlySet<Writer>>, own: ReadonlySet<Writer>): Writer[] {
  const left = new Set(chosen)
  const order: Writer[] = []
  const waits = (writer: Writer) => [...(before.get(writer) ?? [])].filter((other) => left.has(other)).length
  while (left.size > 0) {
    const [next] = [...left].sort((a, b) => waits(a) - waits(b) || Number(own.has(a)) - Number(own.has(b)) || (a < b ? -1 : 1))
    if (next === undefined) break
    left.delete(next)
    order.push(next)
  }
  return order
}
