import {
  AndFilter,
  EqualityFilter,
  type Filter,
  FilterParser,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
  NotFilter,
  OrFilter,
  PresenceFilter,
  SubstringFilter,
} from 'ldapts'

export interface Entry {
  dn: string
  attributes: Record<string, string[]>
}

/** Whether an entry matches; names and values are compared without case, as a directory does. (The library's own `matches` knows one
 * value.) */
export function matches(filter: Filter, entry: Entry): boolean {
  if (filter instanceof AndFilter) return filter.filters.every((one) => matches(one, entry))
  if (filter instanceof OrFilter) return filter.filters.some((one) => matches(one, entry))
  if (filter instanceof NotFilter) return !matches(filter.filter, entry)
  if (filter instanceof PresenceFilter) return valuesOf(entry, filter.attribute).length > 0
  if (filter instanceof EqualityFilter)
    return valuesOf(entry, filter.attribute).some((value) => value.toLowerCase() === String(filter.value).toLowerCase())
  if (filter instanceof GreaterThanEqualsFilter) return valuesOf(entry, filter.attribute).some((value) => value >= filter.value)
  if (filter instanceof LessThanEqualsFilter) return valuesOf(entry, filter.attribute).some((value) => value <= filter.value)
  if (filter instanceof SubstringFilter) return valuesOf(entry, filter.attribute).some((value) => contains(value.toLowerCase(), filter))
  throw new Error(`a filter of the type ${filter.type} is not understood`)
}

function contains(value: string, { initial, any, final }: SubstringFilter): boolean {
  if (!value.startsWith(initial.toLowerCase()) || !value.endsWith(final.toLowerCase())) return false
  let from = initial.length
  for (const part of any) {
    const at = value.indexOf(part.toLowerCase(), from)
    if (at < 0) return false
    from = at + part.length
  }
  return from + final.length <= value.length
}

export function valuesOf(entry: Entry, attribute: string): string[] {
  const name = attribute.toLowerCase()
  const key = Object.keys(entry.attributes).find((one) => one.toLowerCase() === name)
  return key === undefined ? [] : (entry.attributes[key] ?? [])
}

/** Reads `(&(a=b)(!(c=*)))`; undefined when it is not a filter. */
export function parseFilter(text: string): Filter | undefined {
  try {
    return text.trim().startsWith('(') ? FilterParser.parseString(text.trim()) : undefined
  } catch {
    return undefined
  }
}
