import { createHash } from 'node:crypto'
import { keyColumns, type WrittenIndex } from '#lib/catalogue/schema/declared-flow.ts'
import type { IndexDocument, IndexField } from '#lib/connectors/kit/index-build.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Column } from '#lib/domain/values/column-type.ts'
import type { JsonValue } from '#lib/domain/values/json.ts'
import type { PromisedColumn } from './promised-columns.ts'
import type { Reading } from './reading.ts'

/** A batch has no more bytes, and no more documents. */
export const BATCH_BYTES = 5_000_000
const BATCH_DOCUMENTS = 5000
const ID_BYTES_MAX = 512

export interface NumberedDocument extends IndexDocument {
  /** Where it stood in the answer: `row 17`. */
  place: string
}

/** The fields of an index of which something is known beforehand. */
export function fieldsOf(
  columns: readonly Column[] | null,
  { key, mapping = {} }: WrittenIndex,
  promised: ReadonlyMap<string, PromisedColumn>,
): IndexField[] {
  const keys = keyColumns(key)
  const named = [...new Set([...keys, ...promised.keys(), ...Object.keys(mapping)])].map((name) => ({ name, type: null }))
  return (columns ?? named).map(({ name, type }): IndexField => {
    const field = promised.get(name)?.field
    return { name, type, isKey: keys.includes(name), ...(field && { promised: field }), ...(mapping[name] && { mapping: mapping[name] }) }
  })
}

/** A document of each row. */
export async function* documentsOf(reading: Reading, key: readonly string[]): AsyncGenerator<NumberedDocument> {
  for await (const row of reading.rows()) {
    const id = idOf(key.length === 0 ? placeOf(reading) : key.map((column) => row[column] ?? null))
    yield { id, json: JSON.stringify(row), place: reading.place }
  }
}

/** What tells a record apart that has no key. */
function placeOf({ at }: Reading): JsonValue[] {
  if (at !== null) return [at.bucket, at.key, at.line]
  const publicMessage = 'Nothing tells the documents apart: what is read does not say where a record stands. Write "key" under "index".'
  throw new TidemarkError('invalid', { publicMessage })
}

/** The same for the same values, as people can read it unless it is very long. */
function idOf(values: readonly JsonValue[]): string {
  const [only] = values
  const id = values.length === 1 && typeof only === 'string' ? only : JSON.stringify(values.length === 1 ? only : values)
  return Buffer.byteLength(id) <= ID_BYTES_MAX && id !== '' ? id : createHash('sha256').update(id).digest('hex')
}

/** So that a batch has neither too many bytes nor too many documents. */
export const weightOf = ({ id, json }: IndexDocument) =>
  Math.max(Buffer.byteLength(json) + Buffer.byteLength(id), BATCH_BYTES / BATCH_DOCUMENTS)

/** Each with its place. */
export async function* numbered<T>(items: AsyncIterable<T>): AsyncGenerator<{ at: number; items: T }> {
  let at = 0
  for await (const item of items) yield { at: at++, items: item }
}

/** Of documents, and of how they are kept. */
export function hashOf(items: readonly IndexDocument[], kept: string): string {
  const hash = createHash('sha256').update(kept)
  for (const { id, json } of items) hash.update(JSON.stringify(id)).update(json).update('\n')
  return hash.digest('hex')
}
