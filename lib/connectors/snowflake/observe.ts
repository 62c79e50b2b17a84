import type { Connection, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { failedProbe } from '#lib/connectors/kit/probe.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { Budget } from './budget.ts'
import { type ColumnsRead, fromColumns } from './from-columns.ts'
import { compareLooks, type Difference, parseLookState, parseSpent } from './look-state.ts'
import {
  type Around,
  failed,
  fromCounts,
  fromRefreshes,
  isThere,
  isToldAlone,
  kept,
  type Round,
  toWanted,
  usedUp,
  type Wanted,
} from './looked.ts'
import { isMute, type Refreshes, readMetadata, readRefreshes, showMetadata, type TableState } from './metadata.ts'
import { canHoldTime, columnId, isOfStatement, type NewestAnswer, type Question, readColumnTypes, readNewest } from './newest.ts'
import { withKeys } from './read-keys.ts'
import type { SnowflakeSettings } from './settings.ts'
import type { SqlApi } from './sql-api.ts'
import { foldName, tableId } from './table-path.ts'
import { readToldClocks } from './told.ts'

const NO_COLUMN = 'Nothing tells when a view or external table changes, so only a column can. Name one in the catalogue: column: loaded_at.'

interface Metadata {
  tables: ReadonlyMap<string, TableState>
  refreshes: ReadonlyMap<string, Refreshes>
  costMs: number
}

/** A table whose columns are to be read. */
interface Job {
  wanted: Wanted
  table: TableState
  because: string
  costMs: number
}

/** Observes many tables: one statement a database over what Snowflake knows of all of them, then the columns of those that moved. Once the
 * budget of the day is used up, only what needs no warehouse is asked. */
export async function* observe(
  connection: Connection<SnowflakeSettings>,
  api: SqlApi,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Observation> {
  const wanted: Wanted[] = []
  const states = assets.map(({ previous }) => parseLookState(previous))
  for (const [at, asset] of assets.entries()) {
    const one = toWanted(asset, connection.settings, states[at] ?? null)
    if ('asset' in one) wanted.push(one)
    else yield one
  }
  const budget = new Budget(
    connection,
    assets.map(({ previous }) => parseSpent(previous)),
  )
  yield* withAccount(budget, assets, observeAll(connection, api, budget, wanted))
}

/** Where nothing that was seen keeps what was spent, the first that was not does, told as the last. */
async function* withAccount(
  budget: Budget,
  assets: readonly ObservedAsset[],
  seen: AsyncIterable<Observation>,
): AsyncGenerator<Observation> {
  let held: Observation | null = null
  const told = (one: Observation): Observation => {
    const kept = one.state ?? assets.find(({ key }) => key === one.assetKey)?.previous ?? null
    return budget.hasUnkept() ? { ...one, state: { ...kept, ...budget.spentOf(parseSpent(kept)) } } : one
  }
  try {
    for await (const one of seen) {
      if (one.ok || held !== null) yield one
      else held = one
    }
  } catch (error) {
    if (held !== null) yield told(held)
    throw error
  }
  if (held !== null) yield told(held)
}

async function* observeAll(
  connection: Connection<SnowflakeSettings>,
  api: SqlApi,
  budget: Budget,
  wanted: readonly Wanted[],
): AsyncGenerator<Observation> {
  for (const [database, group] of Map.groupBy(wanted, ({ path }) => path.database)) {
    const round = { connection, api, budget, database }
    try {
      const looks = budget.isUsedUp() ? lookWithoutWarehouse(round, group) : look(round, group)
      yield* readToldClocks(round, looks, group)
    } catch (error) {
      if (!isOfStatement(error)) throw error
      yield* group.map(({ asset }) => failedProbe(asset.key, error))
    }
  }
}

async function* look(round: Round, group: readonly Wanted[]): AsyncGenerator<Observation> {
  const { connection, api, budget, database } = round
  const metadata = await readAll(round, group)
  const jobs: Job[] = []
  for (const wanted of group) {
    const table = metadata.tables.get(tableId(wanted.path))
    const around = { budget, now: connection.clock.now(), costMs: metadata.costMs, extra: [] }
    const seen = table === undefined ? unseen(wanted) : decide(wanted, table, metadata, around, connection.settings)
    if ('ok' in seen) yield seen
    else jobs.push(seen)
  }
  const columns = jobs.flatMap(columnsOf)
  if (columns.length === 0) return
  const types = await budget.during(readColumnTypes(api, database, columns, connection.signal))
  yield* withKeys(round, readJobs(round, jobs, types.value), group, types.value)
}

const columnsOf = ({ wanted: { path, columns, settings } }: Job) =>
  [...columns.map(({ name }) => name), ...(settings.expect === undefined ? [] : [foldName(settings.expect.key)])].map((column) => ({
    path,
    column,
  }))

async function readAll({ connection, api, budget, database }: Round, group: readonly Wanted[]): Promise<Metadata> {
  const schemas = [...new Set(group.map(({ path }) => path.schema))].sort()
  const { value: tables, cost } = await budget.during(readMetadata(api, database, schemas, connection.signal))
  const isAsked = group.some(
    ({ path, columns, settings }) =>
      columns.length === 0 && !isToldAlone({ columns, settings }) && tables.get(tableId(path))?.kind === 'dynamic',
  )
  const history = isAsked ? await budget.during(readRefreshes(api, database, connection.signal)) : null
  const ms = cost.ms + (history?.cost.ms ?? 0)
  return {
    tables,
    refreshes: history?.value ?? new Map(),
    costMs: Math.round((100 * ms) / group.length) / 100,
  }
}

function unseen({ asset, path, last }: Wanted): Observation {
  const words = `There is no table ${path.name} in ${path.database}.${path.schema}, or the role may not see it. Restore it, correct the asset’s path, or GRANT SELECT on it, and USAGE on its database and schema.`
  return failed(asset.key, words, last === null ? 'refused' : 'gone')
}

const MOVED: Record<Difference, string> = {
  first: 'it is the first look',
  same: 'nothing tells whether it moved',
  altered: 'LAST_ALTERED moved',
  removed: 'it has fewer rows',
  'kept-in-order': 'its bytes changed',
  emptied: 'it has no rows any more',
  replaced: 'the table was made anew',
  written: 'its rows or bytes changed',
}

function decide(wanted: Wanted, table: TableState, metadata: Metadata, around: Around, settings: SnowflakeSettings): Observation | Job {
  const { before, columns, asset, path } = wanted
  if (isToldAlone(wanted)) return isThere(wanted, around)
  if (columns.length === 0) {
    if (table.kind === 'dynamic') return fromRefreshes(wanted, table, metadata.refreshes.get(tableId(path)), around)
    return isMute(table) ? failed(asset.key, NO_COLUMN, 'no-time') : fromCounts(wanted, table, compareLooks(before, table), around)
  }
  const difference = compareLooks(before, table)
  const { costMs } = around
  const job = { wanted, table, because: MOVED[difference], costMs }
  if (before === null) return job
  if (isMute(table)) {
    if (around.now - (before.readAt ?? 0) >= settings.readViewsEvery) return { ...job, because: MOVED.same }
    const detail = `Nothing tells whether it moved: it is read every ${formatDuration(settings.readViewsEvery)}, and was not so long ago.`
    return kept({ ...wanted, before }, table, detail, 'strong', around)
  }
  if (difference !== 'same') return job
  const detail = 'LAST_ALTERED, rows and bytes are those of the look before: nothing was written in between.'
  return kept({ ...wanted, before }, table, detail, 'strong', around)
}

async function* readJobs(round: Round, jobs: readonly Job[], types: ReadonlyMap<string, string>): AsyncGenerator<Observation> {
  const { connection, api, budget } = round
  const waiting = new Map<Job, Question[]>()
  for (const job of jobs) {
    const questions = toQuestions(job, types)
    if ('ok' in questions) yield questions
    else waiting.set(job, questions)
  }
  const jobOf = new Map([...waiting].flatMap(([job, questions]) => questions.map((question) => [question, job] as const)))
  const answers = new Map<Question, NewestAnswer>()
  for await (const some of readNewest({ api, budget, signal: connection.signal }, [...jobOf.keys()])) {
    for (const [question, answer] of some) answers.set(question, answer)
    for (const job of new Set([...some.keys()].flatMap((question) => jobOf.get(question) ?? []))) {
      const questions = waiting.get(job) ?? []
      const own = questions.flatMap((question) => answers.get(question) ?? [])
      if (own.length < questions.length) continue
      waiting.delete(job)
      yield fromColumns({ ...job, answers: own } satisfies ColumnsRead, budget, connection.clock.now())
    }
  }
  for (const { wanted } of waiting.keys()) yield failed(wanted.asset.key, usedUp(connection.settings, 'It was not read.'))
}

function toQuestions({ wanted, table }: Job, types: ReadonlyMap<string, string>): Question[] | Observation {
  const questions: Question[] = []
  for (const { name } of wanted.columns) {
    const type = types.get(columnId(wanted.path, name))
    if (type === undefined) {
      const what = table.kind === 'view' ? 'view' : 'table'
      return failed(wanted.asset.key, `The ${what} has no column ${name}, or the role may not see it. Correct the asset’s column.`, 'gone')
    }
    if (!canHoldTime(type)) return failed(wanted.asset.key, `Column ${name} is of type ${type}, which holds no time.`, 'no-time')
    questions.push({ path: wanted.path, column: name, type, where: wanted.settings.where })
  }
  return questions
}

async function* lookWithoutWarehouse(round: Round, group: readonly Wanted[]): AsyncGenerator<Observation> {
  const { connection, api, budget, database } = round
  const begunAt = connection.clock.now()
  const tables = await showMetadata(api, database, connection.signal)
  const now = connection.clock.now()
  const costMs = Math.round((100 * (now - begunAt)) / group.length) / 100
  const around = { budget, now, costMs, extra: [usedUp(connection.settings, 'Rows and bytes are compared.')] }
  for (const wanted of group) yield withoutWarehouse(round, wanted, tables.get(tableId(wanted.path)), around)
}

function withoutWarehouse({ connection }: Round, wanted: Wanted, table: TableState | undefined, around: Around): Observation {
  const { asset, before, columns } = wanted
  if (isToldAlone(wanted))
    return isThere(wanted, { ...around, extra: [usedUp(connection.settings, 'What its statements told last stands.')] })
  // Views, and what the role may not see, are not among what is shown.
  if (table === undefined || isMute(table) || (columns.length === 0 && table.kind !== 'table'))
    return failed(asset.key, usedUp(connection.settings, 'It cannot be looked at so.'))
  const difference = compareLooks(before, table)
  if (columns.length === 0) return fromCounts(wanted, table, difference, around)
  if (before === null || difference !== 'same') return failed(asset.key, usedUp(connection.settings, 'It moved and was not read.'))
  const detail = 'Rows and bytes are those of the look before; whether a write left both as they were was not asked.'
  return kept({ ...wanted, before }, table, detail, 'weak', around)
}
