export interface TablePath {
  database: string
  schema: string
  name: string
}

const PLAIN = /^[A-Z_][A-Z0-9_$]*$/
const PART = /"((?:[^"]|"")+)"|([^".]+)/y

/** A name as Snowflake means it: in capitals unless it stands in double quotes. */
export function foldName(written: string): string {
  const quoted = /^"((?:[^"]|"")+)"$/.exec(written.trim())
  return quoted?.[1]?.replaceAll('""', '"') ?? written.trim().toUpperCase()
}

/** Reads `schema.table` or `database.schema.table`; a single part is of schema PUBLIC. Null: not a path. */
export function parseTablePath(path: string, database: string): TablePath | null {
  const parts: string[] = []
  for (let at = 0; ; at += 1) {
    PART.lastIndex = at
    const match = PART.exec(path)
    if (match === null) return null
    parts.push(foldName(match[0]))
    at = PART.lastIndex
    if (at === path.length) break
    if (path[at] !== '.') return null
  }
  const [name, schema = 'PUBLIC', base = foldName(database), more] = parts.reverse()
  return name === undefined || more !== undefined ? null : { database: base, schema, name }
}

/** A name as `foldName` reads it back. */
export const formatName = (name: string) => (PLAIN.test(name) ? name : quoteName(name))

/** The path as it stands in the catalogue: `parseTablePath` reads it back. */
export function formatTablePath(path: TablePath, database: string): string {
  const parts = path.database === foldName(database) ? [path.schema, path.name] : [path.database, path.schema, path.name]
  return parts.map(formatName).join('.')
}

/** A name within a statement. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A table within a statement. */
export function quoteTable({ database, schema, name }: TablePath): string {
  return [database, schema, name].map(quoteName).join('.')
}

/** Equal for the same table only. */
export function tableId({ schema, name }: Pick<TablePath, 'schema' | 'name'>): string {
  return JSON.stringify([schema, name])
}

/** A text as SQL. */
export const literal = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
