import { createHash } from 'node:crypto'
import type { ClockReading, Connection, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { futureWarnings } from '#lib/connectors/kit/probe.ts'
import { hasToldClocks } from '#lib/connectors/kit/told-clocks.ts'
import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Budget } from './budget.ts'
import { type Difference, type LookState, parseSpent, type Spent, toLookState } from './look-state.ts'
import type { Refreshes, TableState } from './metadata.ts'
import { type SnowflakeAsset, type SnowflakeSettings, snowflakeAssetSchema } from './settings.ts'
import type { SqlApi } from './sql-api.ts'
import { foldName, parseTablePath, type TablePath } from './table-path.ts'

/** An asset to be looked at. */
export interface Wanted {
  asset: ObservedAsset
  settings: SnowflakeAsset
  path: TablePath
  columns: { name: string; clock: ClockReading['clock'] }[]
  zone: string | undefined
  about: string
  /** What the look before kept, whatever it was asked; null: nothing. */
  last: LookState | null
  /** The same, if the question is; else null. */
  before: LookState | null
  /** What its state answers for of the cost so far. */
  spent: Spent | null
}

export type BadLook = Extract<Observation, { ok: false }>

/** One asset's failure: words for people, words for us. */
export function failed(assetKey: string, publicMessage: string, lasting?: LastingReason, message: string = publicMessage): BadLook {
  return { ok: false, assetKey, publicMessage, message, lasting }
}

/** What is wanted of an asset, or why nothing can be. */
export function toWanted(asset: ObservedAsset, connection: SnowflakeSettings, last: LookState | null): Wanted | Observation {
  const path = parseTablePath(asset.path, connection.database)
  if (path === null) return failed(asset.key, `"${asset.path}" does not read as schema.table or database.schema.table.`)
  const parsed = snowflakeAssetSchema.safeParse(asset.settings)
  if (!parsed.success) return failed(asset.key, 'The asset’s settings do not fit a Snowflake table.', undefined, parsed.error.message)
  const settings = parsed.data
  const columns: Wanted['columns'] = []
  if (settings.column !== undefined) columns.push({ name: foldName(settings.column), clock: settings.clock })
  if (settings.dataThrough !== undefined) columns.push({ name: foldName(settings.dataThrough), clock: 'dataThroughAt' })
  const zone = settings.zone ?? connection.zone
  const ofKeys = settings.expect === undefined ? [] : [settings.expect]
  const asked = JSON.stringify([path, columns, settings.clock, zone ?? null, settings.where ?? null, ...ofKeys])
  const about = createHash('sha256').update(asked).digest('base64url').slice(0, 16)
  return {
    asset,
    settings,
    path,
    columns,
    zone,
    about,
    last,
    before: last?.about === about ? last : null,
    spent: parseSpent(asset.previous),
  }
}

export const IF_AHEAD = 'If it is local time, set the asset’s zone.'

/** One look at the assets of one database. */
export interface Round {
  connection: Connection<SnowflakeSettings>
  api: SqlApi
  budget: Budget
  database: string
}

export function usedUp({ budget }: SnowflakeSettings, then: string): string {
  return `The budget of ${budget} credits a day is used up: until midnight (UTC) only what needs no warehouse is asked. ${then}`
}

/** What its statements tell is all that is asked of it. */
export function isToldAlone({ columns, settings }: Pick<Wanted, 'columns' | 'settings'>): boolean {
  return columns.length === 0 && hasToldClocks(settings)
}

/** An asset of which only statements tell: it is there, and nothing of it is compared. */
export function isThere({ asset, about, spent }: Wanted, { budget, costMs, extra }: Around): Observation {
  const state: LookState = { about, rows: null, bytes: null, created: null, lastAltered: null, readings: [], warnings: [] }
  const evidence = { method: 'statement', strength: 'strong' as const, detail: '', costMs }
  return {
    ok: true,
    assetKey: asset.key,
    readings: [],
    rows: null,
    evidence,
    state: { ...state, ...budget.spentOf(spent) },
    warnings: extra,
  }
}

export interface Around {
  budget: Budget
  now: Instant
  /** The shared cost of a look, per asset. */
  costMs: number
  extra: string[]
}

/** Nothing moved since the look before, or nothing can tell: what was seen then still stands. */
export function kept(
  { asset, before, spent }: Wanted & { before: LookState },
  table: TableState,
  detail: string,
  strength: 'strong' | 'weak',
  around: Around,
): Observation {
  const { lastAltered } = table
  return {
    ok: true,
    assetKey: asset.key,
    readings: before.readings,
    rows: null,
    evidence: { method: 'metadata', strength, detail, costMs: around.costMs },
    state: { ...before, ...(lastAltered !== null && { lastAltered }), spent: undefined, ...around.budget.spentOf(spent) },
    warnings: [...before.warnings, ...futureWarnings(before.readings, around.now, IF_AHEAD), ...around.extra],
  }
}

const COUNTED: Record<Difference, string> = {
  first: 'First look at a table without a time column: its rows and bytes are noted, a write will show at the next looks.',
  same: 'LAST_ALTERED, rows and bytes are those of the look before: nothing was written in between.',
  altered:
    'LAST_ALTERED moved, but rows and bytes did not: a change of the definition, a statement that wrote no row, or its upkeep. A write that leaves both as they were needs a time column to be seen.',
  removed: 'It has fewer rows than at the look before: rows were removed, which is no load. Only a time column can tell more.',
  'kept-in-order': 'Its bytes changed and its rows did not: a clustered table is put in order in the background.',
  emptied: 'The table has no rows.',
  replaced: 'Another table stands under its name than at the look before: what it holds is new here, whenever it was written.',
  written: 'Its rows or bytes changed since the look before: something was written, LAST_ALTERED says when at the latest.',
}

/** What rows, bytes and LAST_ALTERED tell of a table without a time column: weak, whatever they say. */
export function fromCounts(wanted: Wanted, table: TableState, difference: Difference, around: Around): Observation {
  const { asset, before, about, settings } = wanted
  const readings = countedReadings(before, table, difference, settings.clock, around.now)
  const spent = around.budget.spentOf(wanted.spent)
  return {
    ok: true,
    assetKey: asset.key,
    readings,
    rows: difference === 'written' && before?.rows != null && table.rows !== null ? table.rows - before.rows || null : null,
    evidence: { method: 'metadata', strength: 'weak', detail: COUNTED[difference], costMs: around.costMs },
    state: { ...toLookState(withTime(table, before), { about, readings, warnings: [] }), ...spent },
    warnings: around.extra,
  }
}

/** Without a warehouse no time is told: the one known before stands. */
function withTime(table: TableState, before: LookState | null): TableState {
  return { ...table, lastAltered: table.lastAltered ?? before?.lastAltered ?? null }
}

function countedReadings(
  before: LookState | null,
  table: TableState,
  difference: Difference,
  clock: ClockReading['clock'],
  now: Instant,
): ClockReading[] {
  if (table.rows === 0) {
    const wasFilled = before !== null && before.rows !== 0
    return [
      { clock, at: null, precision: 'instant', ...((wasFilled || before?.readings.some(({ at }) => at !== null)) && { isEmptied: true }) },
    ]
  }
  if (difference !== 'written' && difference !== 'replaced') return before?.readings ?? []
  const at = table.lastAltered === null ? now : Math.min(table.lastAltered, now)
  return [{ clock, at, precision: 'instant' }]
}

/** A dynamic table: as of when it holds everything, and as of when it last changed. */
export function fromRefreshes(wanted: Wanted, table: TableState, refreshes: Refreshes | undefined, around: Around): Observation {
  const { asset, about } = wanted
  if (refreshes === undefined || refreshes.asOf === null) {
    const words =
      'Among the refreshes that Snowflake tells of, the last 10,000 of the database in seven days, none of this dynamic table ended well; GRANT MONITOR on it if there was one.'
    return failed(asset.key, words, 'no-time')
  }
  const readings: ClockReading[] = [{ clock: 'loadedAt', at: refreshes.asOf, precision: 'instant' }]
  if (refreshes.changedAsOf !== null) readings.push({ clock: 'writtenAt', at: refreshes.changedAsOf, precision: 'instant' })
  const extra = refreshes.isFailing ? ['Its last refresh did not end well; it holds what the one before brought.'] : []
  const detail = 'DATA_TIMESTAMP of its last good refresh, and of the last that brought anything.'
  const spent = around.budget.spentOf(wanted.spent)
  return {
    ok: true,
    assetKey: asset.key,
    readings,
    rows: null,
    evidence: { method: 'refresh', strength: 'strong', detail, costMs: around.costMs },
    state: { ...toLookState(table, { about, readings, warnings: [] }), ...spent },
    warnings: [...extra, ...around.extra],
  }
}
