export interface TablePath {
  schema: string
  name: string
}

const PLAIN = /^[^".]+$/
const PART = /"((?:[^"]|"")+)"|([^".]+)/y

/** Reads `schema.table`; parts that hold a dot or a quote stand in double quotes. A single part means schema `public`. Null: not a path. */
export function parseTablePath(path: string): TablePath | null {
  const parts: string[] = []
  let at = 0
  for (;;) {
    PART.lastIndex = at
    const match = PART.exec(path)
    if (!match) return null
    parts.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    at = PART.lastIndex
    if (at === path.length) break
    if (path[at] !== '.') return null
    at += 1
  }
  const [first, second, third] = parts
  if (first === undefined || third !== undefined) return null
  return second === undefined ? { schema: 'public', name: first } : { schema: first, name: second }
}

function formatPart(part: string): string {
  return PLAIN.test(part) ? part : quoteIdentifier(part)
}

/** The path as it stands in the catalogue: `parseTablePath` reads it back. */
export function formatTablePath(path: TablePath): string {
  return `${formatPart(path.schema)}.${formatPart(path.name)}`
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteTable(path: TablePath): string {
  return `${quoteIdentifier(path.schema)}.${quoteIdentifier(path.name)}`
}
