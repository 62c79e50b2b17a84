import type { ClientBase } from 'pg'
import { CANONICAL_VERSION, contentHash } from '#lib/domain/canonical-form.ts'
import { parseJson } from '#lib/domain/json.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { compareKeys, GO_BY_KEY, KEY_COLUMNS, KEYS_FROM_PARAMETERS, keyOf, keyParameters, keyValues, LOCK_TERM } from './course-keys.ts'
import type { CourseRow } from './course-row.ts'
import type { Curation } from './curation.ts'
import { publishViews } from './publish-views.ts'

export interface Merged {
  /** Never seen before. */
  fresh: number
  changed: number
  /** The same content again after the course had been deleted. */
  returned: number
  unchanged: number
  curated: number
  uncurated: number
}

type Work = Pick<FlowContext<unknown>, 'now' | 'runId'> & { lake: Pick<FlowContext<unknown>['lake'], 'copyIn'> }

/**
 * Merges courses of one term, each key at most once, inside the caller's transaction: compares hashes with the current
 * rows while holding their locks, and writes history, current and curated rows only for those that differ.
 */
export async function mergeCourses(
  ctx: Work,
  sql: ClientBase,
  term: number,
  rows: readonly CourseRow[],
  curation: Curation,
): Promise<Merged> {
  const { write, ...counts } = await mergeHistory(ctx, sql, term, rows)
  if (write.length === 0) return { ...counts, curated: 0, uncurated: 0 }
  await mergeCurrent(sql, write, curation)
  const courses = write.map(({ row }) => ({ key: row.key, views: row.views() }))
  const published = await publishViews(ctx, sql, courses, curation, new Date(ctx.now()))
  return { ...counts, curated: published.written, uncurated: published.removed }
}

interface Write {
  row: CourseRow
  version: number
}

export interface HistoryMerged extends Omit<Merged, 'curated' | 'uncurated'> {
  /** What is new in the history and has to go on to the current and curated tables. */
  write: Write[]
}

/** The first stage: finds out what is new or differs, notes the rest as seen, and appends to the history. */
export async function mergeHistory(ctx: Work, sql: ClientBase, term: number, rows: readonly CourseRow[]): Promise<HistoryMerged> {
  const at = new Date(ctx.now())
  await sql.query(`${LOCK_TERM}, ${GO_BY_KEY}`, [term])
  const ordered = rows.toSorted((a, b) => compareKeys(a.key, b.key))
  const same = await noteUnchanged(sql, ordered, at, ctx.runId)
  const sorted = await sortOut(
    sql,
    ordered.filter((_, position) => !same.has(position)),
  )
  await noteRehashed(sql, sorted.rehashed, at, ctx.runId)
  const write = [...sorted.fresh, ...sorted.changed, ...sorted.returned]
  if (write.length > 0) await appendHistory(ctx, sql, write, at)
  const unchanged = same.size + sorted.rehashed.length
  return { fresh: sorted.fresh.length, changed: sorted.changed.length, returned: sorted.returned.length, unchanged, write }
}

/** Marks the rows that hold the same content as seen, in one statement that compares under the lock it takes. */
async function noteUnchanged(sql: ClientBase, rows: readonly CourseRow[], at: Date, runId: string): Promise<Set<number>> {
  const { rows: same } = await sql.query<{ position: number }>(
    `update course_xform.current_course_data c set last_seen_at = $8, last_seen_run = $9, source_hash = decode(b.source, 'hex')
     from unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::text[], $6::text[]) with ordinality
       as b (${KEY_COLUMNS.join(', ')}, hash, source, n)
     where (${keyOf('c')}) = (${keyOf('b')}) and c.content_hash = decode(b.hash, 'hex') and c.hash_version = $7 and c.deleted_at is null
     returning b.n::int - 1 as position`,
    [
      ...keyParameters(rows.map((row) => row.key)),
      rows.map((row) => row.hash),
      rows.map((row) => row.source),
      CANONICAL_VERSION,
      at,
      runId,
    ],
  )
  return new Set(same.map((row) => row.position))
}

interface Sorted {
  fresh: Write[]
  changed: Write[]
  returned: Write[]
  /** The same content, hashed by another version of the canonical form. */
  rehashed: CourseRow[]
}

interface Existing {
  position: number
  version: number
  hash: string
  deleted: boolean
  /** Only when it was hashed by another version of the canonical form. */
  document: string | null
}

async function sortOut(sql: ClientBase, rows: readonly CourseRow[]): Promise<Sorted> {
  const sorted: Sorted = { fresh: [], changed: [], returned: [], rehashed: [] }
  if (rows.length === 0) return sorted
  const existing = await lockCurrent(sql, rows)
  for (const [index, row] of rows.entries()) {
    const before = existing.get(index)
    const version = (before?.version ?? 0) + 1
    if (before === undefined) sorted.fresh.push({ row, version })
    else if (row.hash !== hashOf(before)) sorted.changed.push({ row, version })
    else if (before.deleted) sorted.returned.push({ row, version })
    else sorted.rehashed.push(row)
  }
  return sorted
}

function hashOf(existing: Existing): string {
  return existing.document === null ? existing.hash : contentHash(parseJson(existing.document))
}

/** The current rows of these courses by position, locked in the order of their keys. */
async function lockCurrent(sql: ClientBase, rows: readonly CourseRow[]): Promise<Map<number, Existing>> {
  const { rows: found } = await sql.query<Existing>(
    `select b.n::int - 1 as position, c.version, encode(c.content_hash, 'hex') as hash, c.deleted_at is not null as deleted,
       case when c.hash_version <> $5 then c.course_data::text end as document
     from ${KEYS_FROM_PARAMETERS} with ordinality as b (${KEY_COLUMNS.join(', ')}, n)
     join course_xform.current_course_data c on (${keyOf('c')}) = (${keyOf('b')})
     order by ${keyOf('c')} for update of c`,
    [...keyParameters(rows.map((row) => row.key)), CANONICAL_VERSION],
  )
  return new Map(found.map((row) => [row.position, row]))
}

async function noteRehashed(sql: ClientBase, rows: readonly CourseRow[], at: Date, runId: string): Promise<void> {
  if (rows.length === 0) return
  await sql.query(
    `update course_xform.current_course_data c
     set content_hash = decode(b.hash, 'hex'), hash_version = $7, source_hash = decode(b.source, 'hex'), last_seen_at = $8, last_seen_run = $9
     from unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::text[], $6::text[]) as b (${KEY_COLUMNS.join(', ')}, hash, source)
     where (${keyOf('c')}) = (${keyOf('b')})`,
    [
      ...keyParameters(rows.map((row) => row.key)),
      rows.map((row) => row.hash),
      rows.map((row) => row.source),
      CANONICAL_VERSION,
      at,
      runId,
    ],
  )
}

async function appendHistory(ctx: Work, sql: ClientBase, write: readonly Write[], at: Date): Promise<void> {
  const columns = [...KEY_COLUMNS, 'course_data', 'dl_insert_date', 'version', 'content_hash', 'hash_version', 'run_id']
  const written = at.toISOString()
  const lines = write.map(({ row, version }) => [
    ...keyValues(row.key),
    row.document(),
    written,
    String(version),
    `\\x${row.hash}`,
    String(CANONICAL_VERSION),
    ctx.runId,
  ])
  await ctx.lake.copyIn(sql, 'course_raw.course_data', columns, lines)
}

/** The current rows become what the history now ends with; the documents are read back, not sent again. */
async function mergeCurrent(sql: ClientBase, write: readonly Write[], curation: Curation): Promise<void> {
  await sql.query(
    `insert into course_xform.current_course_data (${KEY_COLUMNS.join(', ')}, course_data, modified_date, content_hash, hash_version, version,
       source_hash, curated_with, first_loaded_at, last_seen_at, last_seen_run, deleted_at)
     select ${keyOf('r')}, r.course_data, r.dl_insert_date, r.content_hash, r.hash_version, r.version,
       decode(b.source, 'hex'), $7, r.dl_insert_date, r.dl_insert_date, r.run_id, null
     from unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::int[], $6::text[]) as b (${KEY_COLUMNS.join(', ')}, version, source)
     join course_raw.course_data r on (${keyOf('r')}, r.version) = (${keyOf('b')}, b.version)
     order by ${keyOf('r')}
     on conflict (${KEY_COLUMNS.join(', ')}) do update set
       course_data = excluded.course_data, modified_date = excluded.modified_date, content_hash = excluded.content_hash,
       hash_version = excluded.hash_version, version = excluded.version, source_hash = excluded.source_hash, curated_with = excluded.curated_with,
       last_seen_at = excluded.last_seen_at, last_seen_run = excluded.last_seen_run, deleted_at = null`,
    [
      ...keyParameters(write.map(({ row }) => row.key)),
      write.map(({ version }) => version),
      write.map(({ row }) => row.source),
      curation.fingerprint,
    ],
  )
}
