import type { WrittenRecordFlow } from '#lib/catalogue/schema/declared-flow.ts'
import { type ContractTerms, termsAt } from '#lib/domain/contracts/contract-terms.ts'
import type { Field } from '#lib/domain/contracts/field.ts'
import { promisedAt } from '#lib/domain/contracts/promised-at.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { columnNameOf } from '#lib/records/select-columns.ts'

/** What the contract of a source promises of it now. */
export interface PromisedFields {
  /** Of the contract, and its version. */
  name: string
  version: string
  fields: readonly Field[]
}

/** A column of which the contract promises something. */
export interface PromisedColumn {
  field: Field
  isRequired: boolean
}

const DOCUMENT = 'document'

/** What holds at an instant; null: nothing does. Of a table in which files land the records are meant, which stand in one of its columns. */
export function promisedNow(terms: ContractTerms | null, now: Instant): PromisedFields | null {
  const held = terms && termsAt(terms, now)
  if (held === null) return null
  const { name, version, fields } = held
  return { name, version, fields: terms?.ofFiles === true ? [asDocument(fields)] : fields }
}

function asDocument(fields: readonly Field[]): Field {
  const type = { family: 'object' as const, bits: null, lengthMax: null, isZoned: null }
  const untold = { description: null, isUnique: null, isKey: null, values: null }
  return { name: DOCUMENT, typeText: null, type, isRequired: true, ...untold, fields }
}

/** By the columns of a flow what is promised of them: of those it selects, without `select` of all fields. */
export function promisedColumns(select: WrittenRecordFlow['select'], fields: readonly Field[]): Map<string, PromisedColumn> {
  if (select === undefined)
    return new Map(fields.map((field) => [columnNameOf(field.name), { field, isRequired: field.isRequired === true }]))
  const found = Object.entries(select).flatMap(([column, written]): [string, PromisedColumn][] => {
    const { from, default: instead } = typeof written === 'string' ? { from: written, default: undefined } : written
    const promised = promisedAt(fields, from)
    return promised === null ? [] : [[column, { ...promised, isRequired: promised.isRequired && instead === undefined }]]
  })
  return new Map(found)
}
