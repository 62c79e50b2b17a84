import type { ClientBase } from 'pg'
import { RECORD_BYTES_MAX, type WrittenLanding } from '#lib/catalogue/schema/landing.ts'
import type { OpenedFile, StoredFile } from '#lib/connectors/kit/files.ts'
import type { InboxFile, LandedCounts } from '#lib/domain/files/inbox-file.ts'
import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import { REJECT_TOLERANCE } from '#lib/domain/runs/run-outcome.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { shortText } from '#lib/domain/values/short-text.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { copyLines } from '#lib/engine/lake/copy-in.ts'
import { asStored } from '#lib/engine/run/stored-result.ts'
import { LandedReading } from '#lib/records/landed/landed-reading.ts'
import { copyTarget } from './copy-target.ts'
import { type FileOrigin, fileId, landingLines } from './landing-row.ts'
import { LANDING_COLUMNS, prepareLandingTable } from './landing-table.ts'
import { RowsAside } from './rows-aside.ts'
import { WhoseFailure } from './whose-failure.ts'

const NAME_MAX = 200

export interface LandOptions {
  /** Largest share of rejected records at which the others are landed. */
  tolerance?: number
  /** Told now and then how many rows have been written of this file. */
  onRows?: (rows: number) => void
}

type Context = FlowContext<unknown>

/** A version of a file that there is, and what becomes of it. */
interface Landing extends FileOrigin {
  what: string
  written: WrittenLanding
  table: string
  tolerance: number
  onRows: (rows: number) => void
  whose: WhoseFailure
}

/**
 * Carries one file into its landing table: every record once, or nothing of it. What was landed before, by whatever run, is not landed again: the
 * counts of then come back. Throws in words when the file cannot be used, `not-found` when this version of it is gone, and a system-wide error
 * when no other file could be landed either.
 */
export async function landFile(
  ctx: Context,
  file: InboxFile,
  written: WrittenLanding,
  { tolerance = REJECT_TOLERANCE, onRows = () => {} }: LandOptions = {},
): Promise<LandedCounts> {
  const whose = new WhoseFailure()
  const table = pathOf(written.into)
  await whose.ofLake(() => prepareOnce(ctx, table, whose))
  const { source, bucket, key } = file
  const stored = file.version === null || written.copy !== undefined ? await lookAt(ctx, file) : null
  const version = stored?.version ?? file.version ?? ''
  const what = `The file ${shortText(toShownText(key), NAME_MAX)} (${source})`
  const landing = { source, bucket, key, version, what, written, table, tolerance, onRows, whose }
  const before = await whose.ofLake(() => landedBefore(ctx, landing))
  if (before !== null) return before
  const copied = stored === null ? null : await copyFirst(ctx, stored, landing)
  const landNow = (sql: ClientBase) => whose.inTransaction(table, () => land(ctx, sql, landing, { stored, copied }))
  return whose.ofLake(() => ctx.lake.once('land', `${table} ${fileId(landing)}`, landNow))
}

/** Of each lake of a run, the tables that are there: files are landed several at a time. */
const preparing = new WeakMap<Context['lake'], Map<string, Promise<void>>>()

async function prepareOnce({ lake }: Context, table: string, whose: WhoseFailure): Promise<void> {
  const tables = preparing.get(lake) ?? new Map<string, Promise<void>>()
  preparing.set(lake, tables)
  const prepare = (sql: ClientBase) => whose.inTransaction(table, () => prepareLandingTable(sql, table))
  const prepared = tables.get(table) ?? lake.once('land', table, prepare)
  tables.set(table, prepared)
  try {
    await prepared
  } catch (error) {
    tables.delete(table)
    throw error
  }
}

/** What its store says of a file. Nothing of its content is read. */
async function lookAt(ctx: Context, { source, bucket, key, version }: InboxFile): Promise<StoredFile> {
  const opened = await ctx.connect(source).openFile({ bucket, key, version })
  return leave(opened, opened.file)
}

/** Hangs up without reading on: only what was begun can be ended. */
async function leave<T>({ bytes }: OpenedFile, result: T): Promise<T> {
  for await (const _ of bytes) break
  return result
}

async function landedBefore(ctx: Context, landing: Landing): Promise<LandedCounts | null> {
  const rows = await ctx.lake.query<{ counts: LandedCounts }>(
    'select counts from tidemark.landed_file where landing_table = $1 and file = $2 and counts is not null',
    [landing.table, fileId(landing)],
  )
  return rows[0]?.counts ?? null
}

async function copyFirst(ctx: Context, stored: StoredFile, { source, written, version }: Landing): Promise<StoredFile | null> {
  if (written.copy === undefined) return null
  if (connectionOf(written.copy) !== source) {
    const publicMessage = `${source} cannot copy a file to ${connectionOf(written.copy)}. Correct "copy" in the catalogue.`
    throw new TidemarkError('invalid', { publicMessage })
  }
  return ctx.connect(source).copyFile(stored, copyTarget(pathOf(written.copy), { ...stored, source, version }))
}

/** In one transaction: the mark that the file is landed, its rows, and their counts. */
async function land(
  ctx: Context,
  sql: ClientBase,
  told: Landing,
  { stored, copied }: { stored: StoredFile | null; copied: StoredFile | null },
): Promise<LandedCounts> {
  const opened = await told.whose.ofFile(() => ctx.connect(told.source).openFile(copied ?? told))
  // A store that keeps versions calls one by two names: what counts is what it says itself.
  const { version, modifiedAt } = stored ?? opened.file
  const landing = { ...told, version }
  const before = await takeMark(ctx, sql, landing)
  if (before !== null) return leave(opened, before)
  const counts = await copyRecords(ctx, sql, landing, { ...opened, modifiedAt })
  await sql.query('update tidemark.landed_file set counts = $3 where landing_table = $1 and file = $2', [
    landing.table,
    fileId(landing),
    JSON.stringify(counts),
  ])
  return counts
}

/** Makes this transaction the only one that lands the file; answers the counts where another one has done so. */
async function takeMark(ctx: Context, sql: ClientBase, landing: Landing): Promise<LandedCounts | null> {
  const { table, source, bucket, key, version } = landing
  const id = fileId(landing)
  const { rowCount } = await sql.query(
    `insert into tidemark.landed_file (landing_table, file, source, bucket, key, version, run, landed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [table, id, source, bucket, key, version, ctx.runId, new Date(ctx.now())],
  )
  if (rowCount === 1) return null
  const { rows } = await sql.query<{ counts: unknown }>('select counts from tidemark.landed_file where landing_table = $1 and file = $2', [
    table,
    id,
  ])
  return asStored<LandedCounts>(rows[0]?.counts)
}

async function copyRecords(
  ctx: Context,
  sql: ClientBase,
  landing: Landing,
  { file, bytes, modifiedAt }: OpenedFile & { modifiedAt: number },
): Promise<LandedCounts> {
  const { what, key, written, tolerance, whose } = landing
  const { as, encoding, delimiter, limits } = written
  const format = { as, encoding, delimiter, unpackedBytesMax: limits?.unpacked, recordBytesMax: limits?.record ?? RECORD_BYTES_MAX }
  const reading = new LandedReading({ what, name: key, bytes }, format)
  const aside = new RowsAside(ctx, { what, key })
  const lines = whose.eachOfFile(linesOf(reading, aside, landing, { modifiedAt, loadedAt: ctx.now(), runId: ctx.runId }))
  const rows = await copyLines(sql, landing.table, LANDING_COLUMNS, lines)
  await whose.ofFile(async () => {
    await aside.written()
    aside.refuseMoreThan(tolerance, rows + aside.count)
  })
  return { rows, rejected: aside.count, bytes: file.bytes, encoding: reading.encoding, changedBytes: reading.changedBytes }
}

async function* linesOf(
  reading: LandedReading,
  aside: RowsAside,
  landing: Landing,
  stamp: { modifiedAt: number; loadedAt: number; runId: string },
): AsyncGenerator<Buffer> {
  const toLine = landingLines(landing, stamp)
  let rows = 0
  for await (const records of reading.records()) {
    let lines = ''
    for (const record of records) {
      if ('reason' in record) await aside.add(record.line, record.reason)
      else lines += toLine(record)
    }
    rows += records.length
    landing.onRows(rows)
    if (lines !== '') yield Buffer.from(lines)
  }
}
