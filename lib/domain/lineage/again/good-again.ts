import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import type { CauseAsset, Standing } from '#lib/domain/lineage/causes/cause.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import { inLineageOrder, type Knot } from '#lib/domain/lineage/lineage-order.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import type { Conditions, GoodAgain, GoodBy } from './again.ts'
import { allOf, Tries } from './next-try.ts'
import type { Writer } from './writer.ts'

/** An asset with all that decides when it is good again. */
export interface LoadedAsset extends Standing, Pick<CauseAsset, 'isBlocked' | 'isUnseen'> {
  name: string
  /** Of its feed. */
  owner: string | null
  /** The key of the flow or job that writes it; null: nothing that is known here. */
  writer: string | null
  /** Only ever as fresh as what it is made from. */
  follows: boolean
  /** It is unknown only because this system does not answer; and when that is looked at next. */
  unseen: { behind: string; lookAt: Instant | null } | null
  /** Its contract is broken: another load of the same mends nothing. */
  isBroken?: boolean
  /** What loads it may be there and not be seen. */
  mayBeLoadedUnseen?: boolean
}

/** From when on a run would make it good, when what comes after it may begin, and when it is seen to be good; when the first try of all begins, and whether that is a look. */
interface Dated extends Pick<GoodBy, 'at' | 'tryAt' | 'isLook'> {
  from: Instant
  readyAt: Instant
  writer: string | null
  conditions: Conditions
}

type Settled = Dated | { because: string; ask: string | null }

/**
 * When each of these assets that is late, stale or unknown is good again: the first run of what writes it that begins after all that explains it is good, if it takes as
 * long as usual. What is only as fresh as what it is made from is good with that. The edges are those by which assets explain each other (`explainingEdges`), and the
 * assets all that these touch.
 */
export function goodAgain(
  assets: readonly LoadedAsset[],
  explaining: readonly Edge[],
  writers: Iterable<Writer>,
  now: Instant,
): Map<number, GoodAgain> {
  const concerned = new Set<number>()
  for (const { id, status } of assets) if (isUnhealthy(status)) concerned.add(id)
  for (const { upstreamId, downstreamId } of explaining) concerned.add(upstreamId).add(downstreamId)
  const settling = new Settling(assets, explaining, new Tries(writers, now), now)
  for (const level of inLineageOrder([...concerned], explaining)) for (const knot of level) settling.settle(knot)
  const found = new Map<number, GoodAgain>()
  for (const { id, status, isUnseen } of assets)
    if (isUnhealthy(status) && isUnseen !== true) found.set(id, toGoodAgain(settling.settled.get(id)))
  return found
}

function toGoodAgain(settled: Settled | undefined): GoodAgain {
  if (settled === undefined) return { kind: 'no-date', because: 'nothing is known of it', ask: null }
  if ('because' in settled) return { kind: 'no-date', because: settled.because, ask: settled.ask }
  const { at, tryAt, isLook, conditions } = settled
  const { ifAnswering, ifSucceeding } = conditions
  return { kind: 'by', at, tryAt, isLook, ifAnswering: [...ifAnswering], ifSucceeding: [...ifSucceeding] }
}

/** Works out one asset after the other, each after what explains it. */
class Settling {
  readonly settled = new Map<number, Settled>()
  readonly #assets: ReadonlyMap<number, LoadedAsset>
  readonly #above: ReadonlyMap<number, readonly Edge[]>
  readonly #tries: Tries
  readonly #now: Instant

  constructor(assets: readonly LoadedAsset[], explaining: readonly Edge[], tries: Tries, now: Instant) {
    this.#assets = new Map(assets.map((asset) => [asset.id, asset]))
    this.#above = Map.groupBy(explaining, ({ downstreamId }) => downstreamId)
    this.#tries = tries
    this.#now = now
  }

  /** Assets that are made from each other wait for what all of them are made from, and not for each other. */
  settle(knot: Knot): void {
    const before = this.#before(knot)
    const made = [...before]
    const followers: LoadedAsset[] = []
    for (const id of knot) {
      const asset = this.#assets.get(id)
      if (asset === undefined) continue
      if (asset.follows) followers.push(asset)
      else this.settled.set(id, this.#settle(asset, before))
    }
    if (followers.length > 0 && followers.length < knot.length) made.push(...this.#settledOf(knot))
    for (const asset of followers) this.settled.set(asset.id, this.#settle(asset, made, knot.length > 1))
  }

  #before(knot: Knot): Settled[] {
    const ids = new Set(knot.flatMap((id) => this.#above.get(id) ?? []).map(({ upstreamId }) => upstreamId))
    return this.#settledOf(ids.difference(new Set(knot)))
  }

  #settledOf(ids: Iterable<number>): Settled[] {
    const found: Settled[] = []
    for (const id of ids) {
      const settled = this.settled.get(id)
      if (settled !== undefined) found.push(settled)
    }
    return found
  }

  #settle(asset: LoadedAsset, needs: readonly Settled[], isCircular = false): Settled {
    const { name, owner, writer, unseen } = asset
    if (unseen !== null) return this.#whenSeen(unseen)
    if (asset.isUnseen === true) return { because: `it waits for ${UNSEEN}`, ask: null }
    if (asset.isBroken === true) return { because: `the contract of ${name} has to be kept again`, ask: owner }
    const before: Dated[] = []
    for (const one of needs) {
      if ('because' in one) return one
      before.push(one)
    }
    if (asset.follows || (writer === null && asset.status === null)) return withThese(asset, before, isCircular)
    if (writer === null)
      return { because: `nothing ${asset.mayBeLoadedUnseen ? 'that you may see' : 'known here'} loads ${name}`, ask: owner }
    return this.#afterThese(writer, owner, before)
  }

  /** Its system may answer at any time, and is asked now and then. */
  #whenSeen({ behind, lookAt }: NonNullable<LoadedAsset['unseen']>): Dated {
    const conditions = { ifAnswering: [behind], ifSucceeding: [] }
    const tryAt = lookAt ?? this.#now
    return { from: this.#now, readyAt: this.#now, at: Math.max(this.#now, tryAt), tryAt, isLook: true, writer: null, conditions }
  }

  /** What the same run writes one after the other, a run makes good together. */
  #afterThese(writer: string, owner: string | null, before: readonly Dated[]): Settled {
    let from = Number.NEGATIVE_INFINITY
    let firstTry = Number.POSITIVE_INFINITY
    for (const one of before) {
      from = Math.max(from, one.writer === writer ? one.from : one.readyAt)
      if (!one.isLook) firstTry = Math.min(firstTry, one.tryAt)
    }
    const run = this.#tries.from(writer, from)
    if ('because' in run) return { because: run.because, ask: owner }
    const conditions = allOf([...before.map((one) => one.conditions), run.conditions])
    return { from, readyAt: run.endsAt, at: run.endsAt, tryAt: Math.min(firstTry, run.beginsAt), isLook: false, writer, conditions }
  }
}

/** Good with what it is made from. */
function withThese({ name, owner }: LoadedAsset, before: readonly Dated[], isCircular: boolean): Settled {
  if (before.length === 0)
    return { because: isCircular ? `${name} is made from itself` : `nothing is known of what ${name} is made from`, ask: owner }
  const isLook = before.every((one) => one.isLook)
  let [readyAt, at, tryAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const one of before) {
    ;[readyAt, at] = [Math.max(readyAt, one.readyAt), Math.max(at, one.at)]
    if (one.isLook === isLook) tryAt = Math.min(tryAt, one.tryAt)
  }
  return { from: readyAt, readyAt, at, tryAt, isLook, writer: null, conditions: allOf(before.map((one) => one.conditions)) }
}
