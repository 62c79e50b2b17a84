import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ClientBase } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

export type CopyRow = readonly (string | null)[]

const CHUNK_CHARACTERS = 64 * 1024
const SPECIAL = /[\\\t\n\r]/
const SPECIALS = /[\\\t\n\r]/g
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** Streams rows into a table inside the caller's transaction, with back-pressure. Answers how many. */
export async function copyIn(
  sql: ClientBase,
  table: string,
  columns: readonly string[],
  rows: AsyncIterable<CopyRow> | Iterable<CopyRow>,
): Promise<number> {
  return copyLines(sql, table, columns, chunks(rows, columns.length))
}

/** The same of lines as `encodeRow` makes them, many at a time. */
export async function copyLines(sql: ClientBase, table: string, columns: readonly string[], lines: AsyncIterable<Buffer>): Promise<number> {
  const statement = `copy ${quoteTable(table)} (${columns.map(quoteName).join(', ')}) from stdin`
  const stream = sql.query(copyFrom(statement))
  await pipeline(Readable.from(lines, { objectMode: true, highWaterMark: 2 }), stream)
  return stream.rowCount
}

export function quoteTable(table: string): string {
  return table.split('.').map(quoteName).join('.')
}

function quoteName(name: string): string {
  return name.startsWith('"') ? name : `"${name.replaceAll('"', '""')}"`
}

export function encodeRow(row: CopyRow): string {
  let line = ''
  for (let i = 0; i < row.length; i++) {
    const value = row[i]
    if (i > 0) line += '\t'
    if (value === null || value === undefined) line += '\\N'
    else line += encodeValue(value)
  }
  return `${line}\n`
}

/** A value between the tabs of a line. */
export function encodeValue(value: string): string {
  return SPECIAL.test(value) ? value.replace(SPECIALS, (character) => ESCAPES[character] ?? character) : value
}

async function* chunks(rows: AsyncIterable<CopyRow> | Iterable<CopyRow>, width: number): AsyncGenerator<Buffer> {
  let chunk = ''
  for await (const row of rows) {
    if (row.length !== width) throw new RangeError(`a row of ${row.length} values was given for ${width} columns`)
    chunk += encodeRow(row)
    if (chunk.length < CHUNK_CHARACTERS) continue
    yield Buffer.from(chunk)
    chunk = ''
  }
  if (chunk !== '') yield Buffer.from(chunk)
}
