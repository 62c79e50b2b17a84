import type { ClientBase } from 'pg'
import { ShapeCounter } from '#lib/domain/contracts/count-shape.ts'
import type { LandedCounts } from '#lib/domain/files/inbox-file.ts'
import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import { type JsonObject, parseJson } from '#lib/domain/values/json.ts'
import type { LandedReading, SeeRecord } from '#lib/records/landed/landed-reading.ts'
import { firstWrittenAt, landedBefore, noteCounts, orLandedMeanwhile, takeMark } from './landed-mark.ts'
import {
  type Landing,
  type LandingContext,
  leave,
  type OpenLanding,
  ofTarget,
  openLanding,
  readingOf,
  type Whereabouts,
} from './landing.ts'
import { fileId, landingRows } from './landing-row.ts'
import { RowsAside } from './rows-aside.ts'

/**
 * Lands a file in a table of another system, which has no transaction: it is read once to know that it can be used, and once to be written. Whatever stops
 * it in between leaves rows that the next try writes again as they are; the mark is made when all of them are there.
 */
export async function landElsewhere(ctx: LandingContext, told: Landing, where: Whereabouts): Promise<LandedCounts> {
  const first = await openLanding(ctx, told, where)
  const { landing } = first
  const before = landing.version === told.version ? null : await landing.whose.ofLake(() => landedBefore(ctx, landing))
  if (before !== null) return leave(first.opened, before)
  const aside = new RowsAside(ctx, landing)
  const counter = new ShapeCounter()
  const see: SeeRecord = (record, isText) => counter.add(record, isText)
  const usable = await readThrough(readingOf(landing, first.opened, see), aside)
  aside.refuseMoreThan(landing.tolerance, usable + aside.count)
  const modifiedAt = await landing.whose.ofLake(() => firstWrittenAt(ctx, landing, first.modifiedAt))
  const again = await openLanding(ctx, told, where)
  const counts = { ...(await write(ctx, { ...again, modifiedAt }, aside)), shape: counter.shape() }
  aside.refuseMoreThan(landing.tolerance, counts.rows + aside.count)
  const mark = async (sql: ClientBase) => (await takeMark(ctx, sql, landing)) ?? noteCounts(sql, landing, counts)
  const batch = `${landing.written.into} ${fileId(landing)}`
  return orLandedMeanwhile(ctx, landing, () => landing.whose.ofLake(() => ctx.lake.once('land', batch, mark)))
}

/** Reads a file to its end; puts aside what cannot be used, and answers how many records can. */
async function readThrough(reading: LandedReading, aside: RowsAside): Promise<number> {
  let usable = 0
  for await (const records of reading.records()) {
    for (const record of records) {
      if ('reason' in record) await aside.add(record.line, record.reason)
      else usable += 1
    }
  }
  await aside.written()
  return usable
}

async function write(ctx: LandingContext, { landing, opened, modifiedAt }: OpenLanding, aside: RowsAside): Promise<LandedCounts> {
  const reading = readingOf(landing, opened)
  const lines = new LinesOfRows()
  const refused: [line: number, reason: string][] = []
  const { into } = landing.written
  const written = await ofTarget(() =>
    ctx.connect(connectionOf(into)).write({
      path: pathOf(into),
      rows: rowsOf(reading, landingRows(landing, modifiedAt), lines),
      putAside: (reason, place) => void refused.push([lines.lineOf(place), reason]),
      onRows: landing.onRows,
    }),
  )
  for (const [line, reason] of refused) await aside.add(line, reason)
  await aside.written()
  const { encoding, changedBytes } = reading
  return { rows: written.rows, rejected: aside.count, bytes: opened.file.bytes, encoding, changedBytes }
}

async function* rowsOf(reading: LandedReading, toRow: ReturnType<typeof landingRows>, lines: LinesOfRows): AsyncGenerator<JsonObject> {
  for await (const records of reading.records()) {
    for (const record of records) {
      if ('reason' in record) continue
      lines.note(record.line)
      yield toRow(record.line, parseJson(record.document))
    }
  }
}

/** On which line a row stands, by its place among all: what is remembered is where the two drift apart. */
class LinesOfRows {
  #place = 0
  readonly #drifts: { from: number; by: number }[] = []

  note(line: number): void {
    this.#place += 1
    const by = line - this.#place
    if (this.#drifts.at(-1)?.by !== by) this.#drifts.push({ from: this.#place, by })
  }

  lineOf(place: number): number {
    return place + (this.#drifts.findLast(({ from }) => from <= place)?.by ?? 0)
  }
}
