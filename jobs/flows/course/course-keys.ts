import type { CourseKey } from './course-row.ts'

/** The four key columns, in the order of every key and index of the course tables. */
export const KEY_COLUMNS = ['academic_career', 'term_code', 'course_id', 'session_code'] as const

/** The key columns of a table by its alias: `c.academic_career, …`. */
export function keyOf(alias: string): string {
  return KEY_COLUMNS.map((column) => `${alias}.${column}`).join(', ')
}

/** A table of keys from four parameters, `$1` to `$4`; add columns with more parameters. */
export const KEYS_FROM_PARAMETERS = 'unnest($1::text[], $2::int[], $3::int[], $4::text[])'

/** The parameters for `KEYS_FROM_PARAMETERS`. */
export function keyParameters(keys: readonly CourseKey[]): [string[], number[], number[], string[]] {
  return [keys.map((key) => key.career), keys.map((key) => key.term), keys.map((key) => key.courseId), keys.map((key) => key.session)]
}

/** Rows are written and locked in this order. */
export function compareKeys(a: CourseKey, b: CourseKey): number {
  if (a.career !== b.career) return a.career < b.career ? -1 : 1
  if (a.term !== b.term) return a.term - b.term
  if (a.courseId !== b.courseId) return a.courseId - b.courseId
  if (a.session === b.session) return 0
  return a.session < b.session ? -1 : 1
}

/** The key as COPY takes it. */
export function keyValues(key: CourseKey): [string, string, string, string] {
  return [key.career, String(key.term), String(key.courseId), key.session]
}

/** One lock per term, taken first by whoever adds or removes its courses: nobody can wait for each other in a circle. */
export const LOCK_TERM = "select pg_advisory_xact_lock(hashtext('tidemark course'), $1)"

/**
 * For the rest of the transaction every statement goes to its few rows by their keys. Of a table that is new, or grew
 * tonight, the planner knows too little and would read the whole of it for every batch.
 */
export const GO_BY_KEY =
  "set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
