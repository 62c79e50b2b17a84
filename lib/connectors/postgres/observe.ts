import type { Connection, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import { hasToldClocks } from '#lib/connectors/kit/told-clocks.ts'
import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type ColumnState, type Metadata, readColumns, readMetadata, type TableState } from './observation/metadata.ts'
import { failed, kept, type Probed, tableWarnings } from './observation/observation.ts'
import { compareProbes, hasTurn, parseProbeState } from './observation/probe-state.ts'
import { type ColumnJob, readByColumns } from './observation/read-columns.ts'
import { withKeys } from './observation/read-keys.ts'
import { readByRows } from './observation/read-rows.ts'
import { withStatements } from './observation/read-statements.ts'
import { overOpen } from './probe.ts'
import { isLineBroken, toStatementWords, toUnreachable } from './problems.ts'
import { canHoldTime } from './read-instant.ts'
import type { Session } from './session.ts'
import { type PostgresAsset, type PostgresSettings, postgresAssetSchema } from './settings.ts'
import { parseTablePath, type TablePath } from './table-path.ts'

const RELATIONS = ['r', 'p', 'v', 'm', 'f']

interface Wanted {
  asset: ObservedAsset
  settings: PostgresAsset
  path: TablePath
}

function toWanted(asset: ObservedAsset): Wanted | Observation {
  const path = parseTablePath(asset.path)
  if (path === null) return failed(asset.key, `"${asset.path}" does not read as schema.table.`)
  const settings = postgresAssetSchema.safeParse(asset.settings)
  if (!settings.success) return failed(asset.key, 'The asset’s settings do not fit a PostgreSQL table.', settings.error.message)
  return { asset, settings: settings.data, path }
}

interface Obstacle {
  words: string
  lasting?: LastingReason
}

function whyUnseen(table: TableState | null, path: TablePath): Obstacle | null {
  if (table === null) {
    return {
      words: `There is no table ${path.name} in schema ${path.schema}. Correct the asset’s path, or restore the table.`,
      lasting: 'gone',
    }
  }
  if (!RELATIONS.includes(table.kind)) return { words: `${path.schema}.${path.name} is not a table or view.`, lasting: 'gone' }
  if (!table.readable) return { words: 'The account may not read it: GRANT SELECT on it, and USAGE on its schema.', lasting: 'refused' }
  return null
}

function toProbed(
  { asset, settings, path }: Wanted,
  table: TableState,
  metadata: Metadata,
  connection: Connection<PostgresSettings>,
  { now, costMs }: { now: number; costMs: number },
): Probed {
  const { look } = connection
  const columns: Probed['columns'] = []
  if (settings.column !== undefined) columns.push({ name: settings.column, clock: settings.clock })
  if (settings.dataThrough !== undefined) columns.push({ name: settings.dataThrough, clock: 'dataThroughAt' })
  const zone = settings.zone ?? connection.settings.zone ?? null
  const about = JSON.stringify([
    columns.map((c) => [c.name, c.clock]),
    settings.clock,
    zone,
    ...(settings.where ? [settings.where] : []),
    ...(settings.expect ? [settings.expect] : []),
  ])
  const previous = parseProbeState(asset.previous)
  const difference = compareProbes(previous, about, table, metadata.server)
  const isDue = asset.hasFailed === true || hasTurn(look, asset.key, connection.settings.fullLookEvery)
  return { asset, settings, columns, path, previous, about, table, server: metadata.server, difference, isDue, now, costMs }
}

function owesAProbe({ previous, columns }: Probed): boolean {
  return columns.length === 0 && (previous?.rowsSeen === undefined || previous.rewrittenAt != null)
}

const NO_COLUMN = 'Nothing counts writes to it, so only a column can tell. Name one in the catalogue: column: loaded_at.'

function answerFromMetadata(probed: Probed): Observation | null {
  const { difference, previous, columns, asset } = probed
  if (columns.length === 0 && difference === 'uncounted') {
    return failed(asset.key, NO_COLUMN, NO_COLUMN, 'no-time')
  }
  return previous !== null && stands(probed) ? kept(probed, previous) : null
}

/** What is known of it still holds, as far as its counters tell. */
function stands(probed: Probed): boolean {
  const isQuiet = probed.difference === 'same' && (probed.columns.length === 0 || !probed.isDue)
  return isQuiet && !owesAProbe(probed)
}

function whyUnreadable(probed: Probed, columns: readonly ColumnState[]): Obstacle | null {
  for (const [slot, state] of columns.entries()) {
    const name = probed.columns[slot]?.name ?? ''
    if (!state.exists) return { words: `The table has no column ${name}. Correct the asset’s column in the catalogue.`, lasting: 'gone' }
    if (!state.readable) return { words: `The account may not read column ${name}: GRANT SELECT on it.`, lasting: 'refused' }
    if (!canHoldTime(state.type)) return { words: `Column ${name} is not of a type that can hold a time.`, lasting: 'no-time' }
  }
  return null
}

const NO_METADATA = 'The database did not say what it knows of its tables; the internal log has its words.'

/** One answer; its failure is that question's own while the connection stands, else thrown. */
async function answerOf<T>(session: Session, asked: Promise<T>): Promise<{ ok: true; value: T } | { ok: false; message: string }> {
  try {
    return { ok: true, value: await asked }
  } catch (error) {
    if (isLineBroken(error) || !(await session.isAlive())) throw error
    return { ok: false, message: toStatementWords(error).message }
  }
}

/** How each table's columns can be read, also where nothing moved: a dropped or revoked column moves no counter. */
async function readAllColumns(session: Session, seen: readonly Probed[]): Promise<Map<Probed, ColumnState[]>> {
  const wanted = seen.flatMap((probed) => probed.columns.map(({ name }) => ({ name, table: probed.table, isToBeRead: !stands(probed) })))
  const states = await readColumns(session, wanted)
  let at = 0
  return new Map(
    seen.map((probed) => {
      const from = at
      at += probed.columns.length
      return [probed, states.slice(from, at)]
    }),
  )
}

/** The tables that are there and may be read, and what is said of the others. */
function seeTables(
  metadata: Metadata,
  wanted: readonly Wanted[],
  connection: Connection<PostgresSettings>,
  shared: { now: number; costMs: number },
): { seen: Probed[]; unseen: Observation[] } {
  const seen: Probed[] = []
  const unseen: Observation[] = []
  for (const [i, one] of wanted.entries()) {
    const table = metadata.tables[i] ?? null
    const why = whyUnseen(table, one.path)
    if (table !== null && why === null) seen.push(toProbed(one, table, metadata, connection, shared))
    else unseen.push(failed(one.asset.key, why?.words ?? '', why?.words, why?.lasting))
  }
  return { seen, unseen }
}

/** Many at a time: ten thousand that stand still cost as little as they may. */
async function* probeTables(
  connection: Connection<PostgresSettings>,
  lines: Lines<Session>,
  session: Session,
  wanted: readonly Wanted[],
): AsyncGenerator<Observation[]> {
  const { clock } = connection
  const since = clock.now()
  const paths = wanted.map((w) => w.path)
  const metadata = await answerOf(session, readMetadata(session, paths))
  if (!metadata.ok) {
    yield wanted.map(({ asset }) => failed(asset.key, NO_METADATA, metadata.message))
    return
  }
  const now = clock.now()
  const costMs = Math.round((100 * (now - since)) / wanted.length) / 100
  const { seen, unseen } = seeTables(metadata.value, wanted, connection, { now, costMs })
  yield unseen
  const columns = await answerOf(session, readAllColumns(session, seen))
  if (!columns.ok) {
    yield seen.map(({ asset }) => failed(asset.key, NO_METADATA, columns.message))
    return
  }
  const { answered, toRead, toAsk } = answerAll(seen, columns.value)
  yield answered
  yield* eachAlone(readByColumns(connection, lines, session, toRead))
  yield* eachAlone(overOpen(connection, lines, session, toAsk, (line, asked) => readByRows(connection, lines, line, asked)))
}

/** What metadata alone tell, and what is to be read for the rest. */
function answerAll(
  seen: readonly Probed[],
  columns: ReadonlyMap<Probed, ColumnState[]>,
): { answered: Observation[]; toRead: ColumnJob[]; toAsk: Probed[] } {
  const answered: Observation[] = []
  const toRead: ColumnJob[] = []
  const toAsk: Probed[] = []
  for (const probed of seen) {
    if (probed.columns.length === 0 && hasToldClocks(probed.settings)) {
      answered.push(isThere(probed))
      continue
    }
    const own = columns.get(probed) ?? []
    const problem = whyUnreadable(probed, own)
    const answer = problem === null ? answerFromMetadata(probed) : failed(probed.asset.key, problem.words, problem.words, problem.lasting)
    if (answer !== null) answered.push(answer)
    else if (probed.columns.length > 0) toRead.push({ probed, columns: own })
    else toAsk.push(probed)
  }
  return { answered, toRead, toAsk }
}

async function* eachAlone<T>(all: AsyncIterable<T>): AsyncGenerator<T[]> {
  for await (const one of all) yield [one]
}

/** What its statements tell is all that is asked of it. */
function isThere(probed: Probed): Observation {
  const evidence = { method: 'statement', strength: 'strong' as const, detail: '', costMs: probed.costMs }
  return { ok: true, assetKey: probed.asset.key, readings: [], rows: null, evidence, state: null, warnings: tableWarnings(probed) }
}

/** Observes many tables: one query over counters and identity of all, then the newest value only where something moved or a full probe
 * is due. Throws only when the server is out of reach. */
export async function* observe(
  connection: Connection<PostgresSettings>,
  lines: Lines<Session>,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Observation> {
  const wanted: Wanted[] = []
  for (const asset of assets) {
    const one = toWanted(asset)
    if ('asset' in one) wanted.push(one)
    else yield one
  }
  if (wanted.length === 0) return
  try {
    for await (const some of lines.stream(connection.signal, (session) => {
      const told = withStatements(connection, lines, session, { wanted, seen: probeTables(connection, lines, session, wanted) })
      return withKeys(connection, lines, session, { wanted, seen: told })
    }))
      for (const seen of some) yield seen
  } catch (error) {
    throw connection.signal.aborted
      ? new TidemarkError('cancelled', { publicMessage: 'The look was broken off.', cause: error })
      : toUnreachable(error)
  }
}
