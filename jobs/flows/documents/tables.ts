/** A key as the loader holds it: one text or number per key column. */
export type KeyFields<Key> = { [Field in keyof Key]: string | number }

export interface KeyColumn<Key> {
  column: string
  type: 'text' | 'int'
  /** The field of the key that holds it. */
  field: keyof Key & string
}

/**
 * Where documents of one kind are kept: history, current rows and what the services may read. sql/documents.sql makes the tables with the
 * columns named here and more of its own.
 */
export interface DocumentTables<Key extends KeyFields<Key>> {
  /** What one document is about: `course`. Names locks, temporary tables and the file of sql/. */
  name: string
  raw: string
  current: string
  curated: string
  /** The allow-lists. */
  filters: string
  /** In the order of every key and index of the tables. Rows are written and locked in this order. */
  keys: readonly KeyColumn<Key>[]
  /** The column that holds the document, in all three tables. */
  document: string
  /** The column of the history that says when a version was written. */
  insertedAt: string
  /** The column of the current table that says whom the document belongs to (text[]), where services depend on it. */
  groups: string | null
  /** The column of the allow-lists that names the only group a service is shown. */
  filterGroup: string | null
  /** Whether there is anything in a (part of a) document beyond which document it is. */
  saysSomething(part: unknown): boolean
  /** Whether the key of the curated table begins with the service. */
  isServiceFirst: boolean
}

/** The key columns by the alias of their table: `c.academic_career, …`. */
export function keyOf<Key extends KeyFields<Key>>(tables: DocumentTables<Key>, alias: string): string {
  return tables.keys.map(({ column }) => `${alias}.${column}`).join(', ')
}

/** The names of the key columns. */
export function keyColumns<Key extends KeyFields<Key>>(tables: DocumentTables<Key>): string[] {
  return tables.keys.map(({ column }) => column)
}

/** The key columns under the names of the key's own fields, so that a row read with them is a key. */
export function keyAsFields<Key extends KeyFields<Key>>(tables: DocumentTables<Key>, alias: string): string {
  return tables.keys.map(({ column, field }) => `${alias}.${column} as "${field}"`).join(', ')
}

/** The key as COPY takes it. */
export function keyValues<Key extends KeyFields<Key>>(tables: DocumentTables<Key>, key: Key): string[] {
  return tables.keys.map(({ field }) => String(key[field]))
}

/** Orders keys as the tables do. */
export function compareKeys<Key extends KeyFields<Key>>(tables: DocumentTables<Key>, a: Key, b: Key): number {
  for (const { field } of tables.keys) {
    if (a[field] !== b[field]) return a[field] < b[field] ? -1 : 1
  }
  return 0
}

/**
 * The lock of whoever adds or removes documents of one part of them (a term; 0 where there are no parts), taken first: nobody can
 * wait for each other in a circle. A statement for `sql.query(text, [part])`.
 */
export function lockOf(tables: { name: string }): string {
  return `select pg_advisory_xact_lock(hashtext('tidemark ${tables.name}'), $1)`
}

/**
 * For the rest of the transaction every statement goes to its few rows by their keys. Of a table that is new, or grew
 * tonight, the planner knows too little and would read the whole of it for every batch.
 */
export const GO_BY_KEY =
  "set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
