export type KeyFields<Key> = { [Field in keyof Key]: string | number }

interface KeyColumn<Key> {
  column: string
  type: 'text' | 'int'
  field: keyof Key & string
}

/** The tables of one kind of documents (history, current, curated), which sql/documents.sql makes. */
export interface DocumentTables<Key extends KeyFields<Key>> {
  /** What one document is about: `course`. Names locks, temporary tables and the file of sql/. */
  name: string
  raw: string
  current: string
  curated: string
  filters: string
  /** In the order of every key and index; rows are written and locked in this order. */
  keys: readonly KeyColumn<Key>[]
  document: string
  insertedAt: string
  /** The column of the current table with whom a document belongs to (text[]), where services depend on it. */
  groups: string | null
  filterGroup: string | null
  /** Whether a (part of a) document says anything beyond which document it is. */
  saysSomething(part: unknown): boolean
  isServiceFirst: boolean
}

/** The key columns by the alias of their table: `c.academic_career, …`. */
export function keyOf<Key extends KeyFields<Key>>(tables: DocumentTables<Key>, alias: string): string {
  return tables.keys.map(({ column }) => `${alias}.${column}`).join(', ')
}

export function keyColumns<Key extends KeyFields<Key>>(tables: DocumentTables<Key>): string[] {
  return tables.keys.map(({ column }) => column)
}

/** The key columns of `c` named like the key's fields, so that a row read with them is a key. */
export function keyAsFields<Key extends KeyFields<Key>>(tables: DocumentTables<Key>): string {
  return tables.keys.map(({ column, field }) => `c.${column} as "${field}"`).join(', ')
}

export function keyValues<Key extends KeyFields<Key>>(tables: DocumentTables<Key>, key: Key): string[] {
  return tables.keys.map(({ field }) => String(key[field]))
}

export function compareKeys<Key extends KeyFields<Key>>(tables: DocumentTables<Key>, a: Key, b: Key): number {
  for (const { field } of tables.keys) {
    if (a[field] !== b[field]) return a[field] < b[field] ? -1 : 1
  }
  return 0
}

/** Locks one part of the documents (a term; 0: no parts) for whoever adds or removes some. Taken first, so that no deadlock arises.
 * Takes [part]. */
export function lockOf(tables: { name: string }): string {
  return `select pg_advisory_xact_lock(hashtext('tidemark ${tables.name}'), $1)`
}

/** For this transaction: the planner has no statistics of a table that is new or grew tonight, and would read all of it for every batch. */
export const GO_BY_KEY =
  "set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
