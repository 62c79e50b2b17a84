import type { ObservedAsset, Trial } from '#lib/connectors/kit/connector.ts'
import { clocksTold, hasToldClocks } from '#lib/connectors/kit/told-clocks.ts'
import type { JudgedClock } from '#lib/domain/freshness/facts.ts'

/** SQL of an asset, to be tried. */
export interface Untried {
  assetKey: string
  /** Of which clock it is the statement; null: it is the asset's `where`. */
  clock: JudgedClock | null
  sql: string
  /** It reads the keys that are promised something of, and stands nowhere as such. */
  isOfKeys?: true
}

type WithSql = { where?: unknown } & Partial<Record<JudgedClock, unknown>>

/** Whether SQL stands among the settings of an asset. */
export function bringsSql(settings: WithSql): boolean {
  return settings.where !== undefined || hasToldClocks(settings)
}

/** The SQL of an asset whose settings are valid. */
export function untriedOf({ key }: Pick<ObservedAsset, 'key'>, settings: { where?: string | undefined } & Told): Untried[] {
  const statements = clocksTold(settings).map((clock) => ({ assetKey: key, clock, sql: settings[clock]?.sql ?? '' }))
  return [...(settings.where === undefined ? [] : [{ assetKey: key, clock: null, sql: settings.where }]), ...statements]
}

type Told = Partial<Record<JudgedClock, { sql: string } | undefined>>

/** It is wrong, and why: a sentence that begins with its verb; `at`: the place in it that the database points at. */
export function wrong(tried: Untried, why: string, at: number | null = null): Trial {
  const word = at === null ? null : wordAt(tried.sql, at)
  return {
    ...placeOf(tried),
    isWrong: true,
    problem: `${subjectOf(tried)} ${why}${word === null ? '' : `, at "${word}"`}.`,
    remedy: 'Correct it, or what it reads.',
  }
}

/** It could not be tried: another time, or from elsewhere, it may well be good. */
export function leftOpen(tried: Untried, words: string): Trial {
  return { ...placeOf(tried), isWrong: false, problem: `${subjectOf(tried)} could not be tried.`, remedy: words }
}

function placeOf({ assetKey, clock, isOfKeys }: Untried): Pick<Trial, 'assetKey' | 'at'> {
  if (isOfKeys) return { assetKey, at: ['expect'] }
  return { assetKey, at: clock === null ? ['where'] : [clock, 'sql'] }
}

function subjectOf({ clock, isOfKeys }: Untried): string {
  if (isOfKeys) return 'What reads the newest row of each key'
  return clock === null ? 'The condition' : `The statement of ${clock}`
}

/** The word that stands there, as it is written. */
function wordAt(sql: string, at: number): string | null {
  const [word] = /^[^\s(),;]{1,60}/.exec(sql.slice(at)) ?? []
  return at >= 0 && word !== undefined ? word : null
}
