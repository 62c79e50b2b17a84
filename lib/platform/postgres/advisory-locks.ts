/**
 * Every advisory lock of Tidemark by what it guards, so that no two share a key by accident. The lake's are in the lake's database, all others in
 * Tidemark's own; tables of documents are locked under two numbers, their name's hash and the part of the table.
 */
export const ADVISORY_LOCKS = {
  /** The embedded server's process: whoever holds it owns the server. */
  serverOwner: '410525',
  /** The database's schema; the key of Prisma's own `migrate deploy`, so that the two never run at once. */
  migrations: '72707369',
  /** The built pages: one process builds, the others wait. */
  pageBuild: '410527',
  /** The catalogue's rows: one sync at a time. */
  catalogueSync: '410100',
  /** The rows of runs to come: one planner at a time. */
  runPlan: '410200',
  /** The lake's tables: one writer of DDL at a time. */
  lakeSchema: '8388346167743836779',
} as const
