import type { Entry } from './entry.ts'

/** An LDAP filter, from its text or from the wire. */
export type Filter =
  | { kind: 'and' | 'or'; of: Filter[] }
  | { kind: 'not'; of: Filter }
  | { kind: 'equal' | 'at-least' | 'at-most'; attribute: string; value: string }
  | { kind: 'present'; attribute: string }
  | { kind: 'substring'; attribute: string; start: string; middle: string[]; end: string }

/** Whether an entry matches; names and values are compared without case, as a directory does. */
export function matches(filter: Filter, entry: Entry): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.of.every((one) => matches(one, entry))
    case 'or':
      return filter.of.some((one) => matches(one, entry))
    case 'not':
      return !matches(filter.of, entry)
    case 'present':
      return valuesOf(entry, filter.attribute).length > 0
    case 'equal':
      return valuesOf(entry, filter.attribute).some((value) => value.toLowerCase() === filter.value.toLowerCase())
    case 'at-least':
      return valuesOf(entry, filter.attribute).some((value) => value >= filter.value)
    case 'at-most':
      return valuesOf(entry, filter.attribute).some((value) => value <= filter.value)
    case 'substring':
      return valuesOf(entry, filter.attribute).some((value) => contains(value.toLowerCase(), filter))
  }
}

function contains(value: string, { start, middle, end }: { start: string; middle: string[]; end: string }): boolean {
  if (!value.startsWith(start.toLowerCase()) || !value.endsWith(end.toLowerCase())) return false
  let from = start.length
  for (const part of middle) {
    const at = value.indexOf(part.toLowerCase(), from)
    if (at < 0) return false
    from = at + part.length
  }
  return from + end.length <= value.length
}

/** The values of an attribute, whatever the case of its name. */
export function valuesOf(entry: Entry, attribute: string): string[] {
  const name = attribute.toLowerCase()
  const key = Object.keys(entry.attributes).find((one) => one.toLowerCase() === name)
  return key === undefined ? [] : (entry.attributes[key] ?? [])
}

/** Reads `(&(a=b)(!(c=*)))`; undefined when it is not a filter. */
export function parseFilter(text: string): Filter | undefined {
  const reader = { text: text.trim(), at: 0 }
  const filter = readFilter(reader)
  return reader.at === reader.text.length ? filter : undefined
}

function readFilter(reader: { text: string; at: number }): Filter | undefined {
  if (reader.text[reader.at] !== '(') return undefined
  reader.at += 1
  const operator = reader.text[reader.at]
  const filter = operator === '&' || operator === '|' || operator === '!' ? readList(reader, operator) : readItem(reader)
  if (filter === undefined || reader.text[reader.at] !== ')') return undefined
  reader.at += 1
  return filter
}

function readList(reader: { text: string; at: number }, operator: string): Filter | undefined {
  reader.at += 1
  const of: Filter[] = []
  while (reader.text[reader.at] === '(') {
    const one = readFilter(reader)
    if (one === undefined) return undefined
    of.push(one)
  }
  const [first] = of
  if (first === undefined) return undefined
  if (operator === '!') return of.length === 1 ? { kind: 'not', of: first } : undefined
  return { kind: operator === '&' ? 'and' : 'or', of }
}

const ITEM = /^([\w;.-]+)(>=|<=|=)([^()]*)/

function readItem(reader: { text: string; at: number }): Filter | undefined {
  const match = ITEM.exec(reader.text.slice(reader.at))
  if (match === null) return undefined
  reader.at += match[0].length
  const [, attribute = '', operator, written = ''] = match
  if (operator !== '=') return { kind: operator === '>=' ? 'at-least' : 'at-most', attribute, value: unescaped(written) }
  if (written === '*') return { kind: 'present', attribute }
  const parts = written.split('*').map(unescaped)
  const [start = ''] = parts
  if (parts.length === 1) return { kind: 'equal', attribute, value: start }
  return { kind: 'substring', attribute, start, middle: parts.slice(1, -1).filter((part) => part !== ''), end: parts.at(-1) ?? '' }
}

function unescaped(value: string): string {
  return value.replace(/\\([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
