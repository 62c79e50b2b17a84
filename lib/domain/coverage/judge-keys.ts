import type { AssetSettings } from '#lib/domain/freshness/asset-settings.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { countUpTo } from '#lib/domain/time/sorted-instants.ts'
import type { KeyPromise } from './key-promise.ts'
import type { KeyReading } from './key-reading.ts'

/** One expected key, and when it turns if no newer row of it comes. */
export interface JudgedKey {
  key: string
  /** Its newest row; null: it has none as far back as was looked. */
  newestAt: Instant | null
  /** When what is known of it began to count. */
  countsFrom: Instant
  /** Nothing newer came since then. */
  since: Instant
  lateAt: Instant
  staleAt: Instant
  /** From here on nobody expects it any more; null: it is named in the promise. */
  until: Instant | null
}

/** What was known of one key: `readings[i]` counts from `instants[i]` to the next. */
export interface KeyHistory {
  column: string
  key: string
  instants: readonly Instant[]
  readings: readonly KeyReading[]
}

type Known = { keys: readonly KeyHistory[] }

/** The keys that are expected at an instant, by what counted then, in the order of their names. */
export function judgedKeys({ expect }: Pick<AssetSettings, 'expect'>, { keys }: Known, asOf: Instant): JudgedKey[] {
  if (expect == null) return []
  return keys.flatMap(({ column, instants, readings }) => {
    const latest = column === expect.column ? readings[countUpTo(instants, asOf) - 1] : undefined
    if (latest === undefined || !isExpected(expect, latest)) return []
    const judged = judgeKey(expect, latest)
    return judged.until === null || asOf < judged.until ? [judged] : []
  })
}

function isExpected({ of }: KeyPromise, { key, at }: KeyReading): boolean {
  return of === 'seen' ? at !== null : of.includes(key)
}

function judgeKey({ of, eachMs, staleMs, withinMs }: KeyPromise, { key, at, recordedAt, countsFrom }: KeyReading): JudgedKey {
  const since = at ?? recordedAt - withinMs
  const until = of === 'seen' ? since + withinMs : null
  return { key, newestAt: at, countsFrom, since, lateAt: since + eachMs + 1, staleAt: since + staleMs + 1, until }
}

/** How a key stands at an instant. */
export function statusOfKey({ lateAt, staleAt }: JudgedKey, at: Instant): Extract<Status, 'fresh' | 'late' | 'stale'> {
  if (at < lateAt) return 'fresh'
  return at < staleAt ? 'late' : 'stale'
}

/** What was known of each key, in the order of their names, from readings in any order: of those that count the one that was seen last. */
export function keyHistories(readings: readonly KeyReading[]): KeyHistory[] {
  const own = Map.groupBy(readings, ({ column, key }) => JSON.stringify([column, key]))
  return [...own.values()].flatMap(historyOf).sort((a, b) => (a.key < b.key ? -1 : a.key === b.key && a.column < b.column ? -1 : 1))
}

function historyOf(own: readonly KeyReading[]): KeyHistory[] {
  const instants: Instant[] = []
  const readings: KeyReading[] = []
  for (const reading of own.toSorted((a, b) => a.countsFrom - b.countsFrom || a.recordedAt - b.recordedAt)) {
    const last = readings.at(-1)
    if (last !== undefined && last.recordedAt > reading.recordedAt) continue
    if (instants.at(-1) === reading.countsFrom) readings[readings.length - 1] = reading
    else {
      instants.push(reading.countsFrom)
      readings.push(reading)
    }
  }
  const [first] = own
  return first === undefined ? [] : [{ column: first.column, key: first.key, instants, readings }]
}
