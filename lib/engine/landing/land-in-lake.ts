import type { ClientBase } from 'pg'
import { ShapeCounter } from '#lib/domain/contracts/count-shape.ts'
import type { LandedCounts } from '#lib/domain/files/inbox-file.ts'
import { pathOf } from '#lib/domain/lineage/asset-key.ts'
import { copyLines } from '#lib/engine/lake/copy-in.ts'
import type { LandedReading } from '#lib/records/landed/landed-reading.ts'
import { noteCounts, orLandedMeanwhile, takeMark } from './landed-mark.ts'
import { type Landing, type LandingContext, leave, type OpenLanding, openLanding, readingOf, type Whereabouts } from './landing.ts'
import { fileId, landingLines } from './landing-row.ts'
import { LANDING_COLUMNS, prepareLandingTable } from './landing-table.ts'
import { RowsAside } from './rows-aside.ts'
import type { WhoseFailure } from './whose-failure.ts'

/** Makes the table of a landing where it is missing. */
export async function prepareInLake(ctx: LandingContext, table: string, whose: WhoseFailure): Promise<void> {
  await whose.ofLake(() => prepareOnce(ctx, table, whose))
}

/** Of each lake of a run, the tables that are there: files are landed several at a time. */
const preparing = new WeakMap<LandingContext['lake'], Map<string, Promise<void>>>()

async function prepareOnce({ lake, now }: LandingContext, table: string, whose: WhoseFailure): Promise<void> {
  const tables = preparing.get(lake) ?? new Map<string, Promise<void>>()
  preparing.set(lake, tables)
  const prepare = (sql: ClientBase) => whose.inTransaction(table, () => prepareLandingTable(sql, table, now()))
  const prepared = tables.get(table) ?? lake.once('land', table, prepare)
  tables.set(table, prepared)
  try {
    await prepared
  } catch (error) {
    tables.delete(table)
    throw error
  }
}

/** In one transaction: the mark that the file is landed, its rows, and their counts. */
export async function landInLake(ctx: LandingContext, told: Landing, where: Whereabouts): Promise<LandedCounts> {
  const { whose } = told
  const table = pathOf(told.written.into)
  // A store may be slow to open it, and no transaction waits for that.
  const open = await openLanding(ctx, told, where)
  let isRead = false
  const landNow = async (sql: ClientBase) => {
    const before = await takeMark(ctx, sql, open.landing)
    if (before !== null) return before
    isRead = true
    return noteCounts(sql, open.landing, await copyRecords(ctx, sql, open))
  }
  try {
    const work = (sql: ClientBase) => whose.inTransaction(table, () => landNow(sql))
    return await orLandedMeanwhile(ctx, open.landing, () => whose.ofLake(() => ctx.lake.once('land', `${table} ${fileId(told)}`, work)))
  } finally {
    if (!isRead) await leave(open.opened, null).catch(() => null)
  }
}

async function copyRecords(ctx: LandingContext, sql: ClientBase, { landing, opened, modifiedAt }: OpenLanding): Promise<LandedCounts> {
  const { tolerance, whose, written } = landing
  const counter = new ShapeCounter()
  const reading = readingOf(landing, opened, (record, isText) => counter.add(record, isText))
  const aside = new RowsAside(ctx, landing)
  const toLine = landingLines(landing, { modifiedAt, loadedAt: ctx.now(), runId: ctx.runId })
  const lines = whose.eachOfFile(linesOf(reading, aside, toLine, landing.onRows))
  const rows = await copyLines(sql, pathOf(written.into), LANDING_COLUMNS, lines)
  await whose.ofFile(async () => {
    await aside.written()
    aside.refuseMoreThan(tolerance, rows + aside.count)
  })
  const { encoding, changedBytes } = reading
  return { rows, rejected: aside.count, bytes: opened.file.bytes, encoding, changedBytes, shape: counter.shape() }
}

async function* linesOf(
  reading: LandedReading,
  aside: RowsAside,
  toLine: ReturnType<typeof landingLines>,
  onRows: (rows: number) => void,
): AsyncGenerator<Buffer> {
  let rows = 0
  for await (const records of reading.records()) {
    let lines = ''
    for (const record of records) {
      if ('reason' in record) await aside.add(record.line, record.reason)
      else lines += toLine(record)
    }
    rows += records.length
    onRows(rows)
    if (lines !== '') yield Buffer.from(lines)
  }
}
