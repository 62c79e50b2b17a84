import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import { isSameField } from './entity-fields.ts'

/** Something made from an asset, by so many steps of the lineage, and its columns as far as anybody told of them. */
interface Below {
  name: string
  steps: number
  columns: readonly KnownColumn[]
}

/** Who would be hurt if a field of an asset went, the likeliest first: what has a column of its name, then what is nearest. */
export function hurtByField<T extends Below>(field: string, below: readonly T[]): (T & { hasField: boolean })[] {
  return below
    .map((one) => ({ ...one, hasField: one.columns.some(({ name }) => isSameField(name, field)) }))
    .sort((a, b) => Number(b.hasField) - Number(a.hasField) || a.steps - b.steps || a.name.localeCompare(b.name, 'en'))
}
