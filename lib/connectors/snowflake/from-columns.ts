import type { ClockReading, Observation } from '#lib/connectors/kit/connector.ts'
import { failedProbe, futureWarnings } from '#lib/connectors/kit/probe.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type Budget, creditsInWords } from './budget.ts'
import { type LookState, toLookState } from './look-state.ts'
import { failed, IF_AHEAD, type Wanted } from './looked.ts'
import { isMute, type TableState } from './metadata.ts'
import type { Newest, NewestAnswer } from './newest.ts'
import { codeOf } from './problems.ts'
import { readDay, readInstant, readNumber, readWallTime, type TimeValue } from './read-value.ts'

/** What a look at the columns of one table brought. */
export interface ColumnsRead {
  wanted: Wanted
  table: TableState
  answers: readonly NewestAnswer[]
  /** In words, why it was read. */
  because: string
  /** The shared cost of the metadata. */
  costMs: number
}

type ReadColumn = { ok: true; reading: ClockReading; warnings: string[] } | { ok: false; problem: string }

function toTime(newest: Newest, zone: string, now: Instant): TimeValue | null {
  if (newest.instant !== null) return readInstant(newest.instant)
  if (newest.wall !== null) return readWallTime(newest.wall, zone)
  if (newest.day !== null) return readDay(newest.day, zone)
  return newest.number === null ? null : readNumber(newest.number, zone, now)
}

const hasValue = ({ instant, wall, day, number }: Newest) => [instant, wall, day, number].some((value) => value !== null)

function readColumn({ wanted }: ColumnsRead, place: number, newest: Newest, now: Instant): ReadColumn {
  const { name, clock } = wanted.columns[place] ?? { name: '', clock: wanted.settings.clock }
  if (!hasValue(newest)) {
    if (newest.rows > 0) return { ok: false, problem: `The table has rows, but none with a value in ${name}.` }
    return { ok: true, reading: { clock, at: null, precision: 'instant' }, warnings: [] }
  }
  const time = toTime(newest, wanted.zone ?? 'UTC', now)
  if (time === null) return { ok: false, problem: `Column ${name} holds values that do not read as times.` }
  const reading = { clock, at: time.at, precision: time.precision, ...(time.orAt !== null && { orAt: time.orAt }) }
  const isNaive = time.isWallTime && wanted.zone === undefined
  const warning = `Column ${name} tells no zone; its values are taken as UTC. Set the asset’s zone, or the connection’s.`
  return { ok: true, reading, warnings: isNaive ? [warning] : [] }
}

/** The observation that the newest values of its columns make. */
export function fromColumns(read: ColumnsRead, budget: Budget, now: Instant): Observation {
  const { wanted, table, answers } = read
  const bad = answers.find((answer) => !answer.ok)
  if (bad !== undefined) return toFailure(wanted, bad.error)
  const newest = answers.flatMap((answer) => (answer.ok ? [answer.value] : []))
  const columns = newest.map((one, place) => readColumn(read, place, one, now))
  const good = columns.filter((one) => one.ok)
  const problems = columns.flatMap((one) => (one.ok ? [] : [one.problem]))
  if (good.length === 0) return failed(wanted.asset.key, problems.join(' '), 'no-time')
  const readings = good.map(({ reading }) => reading)
  const warnings = [...problems, ...good.flatMap((one) => one.warnings)]
  const credits = newest.reduce((sum, { cost }) => sum + cost.credits, 0)
  const ms = newest.reduce((sum, { cost }) => sum + cost.ms, 0)
  return {
    ok: true,
    assetKey: wanted.asset.key,
    readings,
    rows: grown(wanted.before, table),
    evidence: {
      method: 'column',
      strength: 'strong',
      detail: `${detailOf(read)} It took the warehouse at most ${creditsInWords(credits)}.`,
      costMs: read.costMs + ms,
    },
    state: {
      ...toLookState(table, { about: wanted.about, readings, warnings, ...(isMute(table) && { readAt: now }) }),
      ...budget.spentOf(wanted.spent),
    },
    warnings: [...warnings, ...futureWarnings(readings, now, IF_AHEAD)],
  }
}

function detailOf({ wanted, because }: ColumnsRead): string {
  const names = wanted.columns.map(({ name }) => name).join(' and ')
  return `The newest value of ${names}${wanted.settings.where === undefined ? '' : ' among the rows that count'}; read because ${because}.`
}

function grown(before: LookState | null, table: TableState): number | null {
  const more = before?.rows == null || table.rows === null ? 0 : table.rows - before.rows
  return more > 0 ? more : null
}

/** Codes of a wrong condition, as they stand in our words: SQL, names, types, values. */
export const OF_A_CONDITION = /^(00(1003|1007|0904|2140|2016)|10003[58]|100040)$/

function toFailure({ asset, settings }: Wanted, error: unknown): Observation {
  const words = isTidemarkError(error) ? error.message : ''
  if (settings.where === undefined || !OF_A_CONDITION.test(codeOf(error))) return failedProbe(asset.key, error)
  return failed(asset.key, 'The asset’s where cannot be applied to its rows. Correct it in the catalogue.', 'no-time', words)
}
