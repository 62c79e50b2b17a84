import { isStorableText, toStorableText } from '#lib/domain/values/storable-text.ts'

/** JSON that PostgreSQL's jsonb takes: no NUL and no half of a surrogate pair, in values or in keys. */
export function toStorableJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => cleaned(item)) ?? 'null'
}

function cleaned(item: unknown): unknown {
  if (typeof item === 'string') return toStorableText(item)
  if (typeof item === 'bigint') return String(item)
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item
  if (Object.keys(item).every(isStorableText)) return item
  return Object.fromEntries(Object.entries(item).map(([key, inner]) => [toStorableText(key), inner]))
}
