import { JUDGED_CLOCKS, type JudgedClock, type LastingReason } from '#lib/domain/freshness/facts.ts'
import type { ClockReading, Observation } from './connector.ts'

/** The clocks that its settings say how to tell, by a statement for instance. */
export function clocksTold(asset: Partial<Record<JudgedClock, unknown>>): JudgedClock[] {
  return JUDGED_CLOCKS.filter((clock) => asset[clock] !== undefined)
}

/** Whether its settings say how to tell a clock. */
export function hasToldClocks(asset: Partial<Record<JudgedClock, unknown>>): boolean {
  return clocksTold(asset).length > 0
}

export type GoodLook = Extract<Observation, { ok: true }>

/** What the statement of one clock told, or in words why it told nothing; `code`: the database's. */
export type Told = { clock: JudgedClock } & (
  | { ok: true; reading: ClockReading; warnings: string[] }
  | { ok: false; words: string; lasting: LastingReason | undefined; code: string }
)

/** A statement that tells nothing, and why; null: another try may well be good. */
export function untold(clock: JudgedClock, why: string, lasting: LastingReason | null = 'no-time', code = ''): Told {
  return { ok: false, clock, words: `The statement of ${clock} ${why}.`, lasting: lasting ?? undefined, code }
}

/** Why what a statement gives is not one time; null: it is. */
export function whyNotOneTime(areTimes: readonly boolean[], rows: number): string | null {
  const [isTime] = areTimes
  if (areTimes.length !== 1) return `gives ${areTimes.length} columns; let it give one`
  if (isTime === false) return 'gives no time or date; cast what it gives to a timestamp with a zone or a date'
  return rows > 1 ? 'gives several rows; let it give the newest alone' : null
}

export const toldDetail = (clock: JudgedClock) => `What the statement of ${clock} in the catalogue gives.`
export const noZone = (clock: JudgedClock) =>
  `What the statement of ${clock} gives tells no zone; it is taken as UTC. Set the asset’s zone, or the connection’s.`
export const inFuture = (clock: JudgedClock) => `What the statement of ${clock} gives lies in the future; it is kept, but not judged.`

export interface WithTold {
  look: GoodLook
  /** What the statements told, as it is kept. */
  own: ClockReading[]
  ownWarnings: string[]
}

/** A look with what statements told besides. One clock that cannot be told is no look at all: taken for known, it would stand still and turn late. */
export function withTold(seen: GoodLook, answers: readonly Told[]): WithTold | (Observation & { ok: false }) {
  const all = JUDGED_CLOCKS.flatMap((clock) => answers.filter((one) => one.clock === clock))
  const bad = all.filter((one) => !one.ok)
  const [first] = bad
  if (first !== undefined) {
    const publicMessage = bad.map(({ words }) => words).join(' ')
    const { lasting } = bad.find((one) => one.lasting === undefined) ?? first
    const message = `${publicMessage} ${bad.map(({ code }) => code).join(' ')}`.trim()
    return { ok: false, assetKey: seen.assetKey, publicMessage, message, lasting }
  }
  const good = all.filter((one) => one.ok)
  const own = good.map(({ reading }) => reading)
  const ownWarnings = good.flatMap((one) => one.warnings)
  const evidence = seen.readings.length === 0 ? (own[0]?.evidence ?? seen.evidence) : seen.evidence
  const look = { ...seen, readings: [...seen.readings, ...own], evidence, warnings: [...seen.warnings, ...ownWarnings] }
  return { look, own: own.map(({ evidence: _, ...reading }) => reading), ownWarnings }
}
