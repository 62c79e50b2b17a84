import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Instant, isFuture } from '#lib/domain/time/instant.ts'
import { isTooDeep, type JsonValue } from '#lib/domain/values/json.ts'
import { isSystemWide, lastingReasonOf, toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import { contentHash } from '#lib/records/canonical-form.ts'
import type { ClockReading, Connection, Observation, ObservedAsset } from './connector.ts'

/** What one probe saw; what it cost is added by `probeAsset`. */
export interface Probe {
  readings: ClockReading[]
  rows: number | null
  evidence: { method: string; strength: 'strong' | 'weak'; detail: string }
  state: Record<string, unknown> | null
  /** That a time lies in the future is warned of besides. */
  warnings: string[]
  /** What to do about times in the future. */
  ifAhead?: string
  untold?: string
}

/** What is warned of times that lie in the future, with what to do about it. */
export function futureWarnings(readings: readonly ClockReading[], now: Instant, remedy = ''): string[] {
  const isAhead = readings.some(({ at, precision }) => at !== null && precision === 'instant' && isFuture(at, now))
  return isAhead ? [`${FUTURE}${remedy && ` ${remedy}`}`] : []
}

export const FUTURE = 'The time lies in the future; it is kept, but not judged.'

/** Probes one asset; a failure of the asset becomes its observation, one of the whole system is thrown. */
export async function probeAsset(
  { clock, signal }: Connection<unknown>,
  { key: assetKey }: ObservedAsset,
  probe: () => Promise<Probe>,
): Promise<Observation> {
  const startedAt = clock.now()
  try {
    const { untold, ifAhead, ...seen } = await probe()
    if (untold !== undefined) return { ok: false, assetKey, publicMessage: untold, message: untold, lasting: 'no-time' }
    const endedAt = clock.now()
    const warnings = [...seen.warnings, ...futureWarnings(seen.readings, endedAt, ifAhead)]
    return { ok: true, assetKey, ...seen, warnings, evidence: { ...seen.evidence, costMs: endedAt - startedAt } }
  } catch (error) {
    if (signal.aborted || isSystemWide(error)) throw error
    return failedProbe(assetKey, error)
  }
}

/** Probes one after the other unless more may be asked at once: most of these systems have only a handful of handlers for everybody. */
export async function* probeEach(
  connection: Connection<unknown>,
  assets: readonly ObservedAsset[],
  probe: (asset: ObservedAsset) => Promise<Probe>,
  atOnce = 1,
): AsyncGenerator<Observation> {
  const waiting = assets.values()
  const underWay = new Set<Promise<Observation>>()
  const done = new Map<Promise<Observation>, Observation>()
  const begin = () => {
    const { value: asset, done: isLast } = waiting.next()
    if (isLast === true) return
    const probed = probeAsset(connection, asset, () => probe(asset))
    underWay.add(probed)
    probed.then(
      (seen) => done.set(probed, seen),
      () => {},
    )
  }
  for (let i = 0; i < atOnce; i++) begin()
  while (underWay.size > 0) {
    await Promise.race(underWay)
    for (const [probed, seen] of done) {
      done.delete(probed)
      underWay.delete(probed)
      yield seen
      begin()
    }
  }
}

export function failedProbe(assetKey: string, error: unknown): Observation {
  const words = { publicMessage: toPublicMessage(error), message: toInternalMessage(error) }
  return { ok: false, assetKey, ...words, lasting: lastingReasonOf(error) }
}

/** The system answers, and no clock moves. */
export function reachable(detail: string): Probe {
  return { readings: [], rows: null, evidence: { method: 'answer', strength: 'weak', detail }, state: null, warnings: [] }
}

/** What tells only when something was last loaded; where nothing does, `untold` is why. */
export function lastLoaded(at: Instant | null, evidence: Probe['evidence'], untold: string | undefined, warnings: string[] = []): Probe {
  const readings: Probe['readings'] = at === null ? [] : [{ clock: 'loadedAt', at, precision: 'instant' }]
  return { readings, rows: null, evidence, state: null, warnings, ...(at === null && untold !== undefined && { untold }) }
}

export interface Fingerprint {
  fingerprint: string
  rows: number
}

/** One fingerprint for many rows, equal for the same rows in any order; keeps a hash of each, never a row. */
export async function fingerprintOf(rows: AsyncIterable<JsonValue>): Promise<Fingerprint> {
  const hashes: string[] = []
  for await (const row of rows) hashes.push(isTooDeep(row) ? 'nested too deeply' : contentHash(row))
  const all = createHash('sha256')
  for (const hash of hashes.sort()) all.update(hash)
  return { fingerprint: all.digest('hex'), rows: hashes.length }
}

const previousState = z.object({ fingerprint: z.string(), writtenAt: z.number() })

/** Tells by the fingerprint alone when something was written: between the probe that saw it so and the one before. */
export function fingerprintProbe(connection: Connection<unknown>, asset: ObservedAsset, seen: Fingerprint, what: string): Probe {
  const previous = previousState.safeParse(asset.previous)
  const isSame = previous.success && previous.data.fingerprint === seen.fingerprint
  const writtenAt = isSame ? previous.data.writtenAt : connection.clock.now()
  const detail = previous.success
    ? `The ${seen.rows} ${what} are ${isSame ? 'the same as' : 'different from'} those of the last look.`
    : `First look: the ${what} are there; when they were written is not known.`
  return {
    readings: [{ clock: 'writtenAt', at: seen.rows === 0 ? null : writtenAt, precision: 'instant' }],
    rows: seen.rows,
    evidence: { method: 'fingerprint', strength: 'weak', detail },
    state: { fingerprint: seen.fingerprint, writtenAt },
    warnings: [],
  }
}
