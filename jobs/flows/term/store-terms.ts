import type { ClientBase } from 'pg'
import { CANONICAL_VERSION } from '#lib/domain/canonical-form.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { TidemarkError } from '#lib/platform/errors.ts'
import { TERM_COLUMNS, type TermRow } from './term-row.ts'

export interface StoredTerms {
  /** New versions in the history. */
  raw: number
  /** Current rows that were written because they differ, or went. */
  changed: number
  removed: number
  /** Curated rows that were written because they differ, or went. */
  curated: number
}

const NAMES = TERM_COLUMNS.map(([column]) => column)
const STAGED = ['acad_career', 'strm', ...NAMES, 'rownumber', 'term_data', 'content_hash']
const PUBLISHED = ['acad_career', 'strm', ...NAMES, 'rownumber']

/** Where the new terms go and what they replace. */
export interface TermLoad {
  rows: readonly TermRow[]
  /** Row numbers of the active terms; null leaves the service as it is. */
  active: readonly number[] | null
  shrinkRatio: number
}

/**
 * Puts the staged terms in the place of the current ones, in one transaction that readers never wait for. Throws, and
 * changes nothing, when the answer is sharply smaller than what is there.
 */
export async function storeTerms(
  ctx: Pick<FlowContext<unknown>, 'lake' | 'now' | 'runId'>,
  sql: ClientBase,
  load: TermLoad,
): Promise<StoredTerms> {
  // One writer at a time; readers are not in its way, nor it in theirs.
  await sql.query('lock table term_xform.current_term_data in share row exclusive mode')
  const { rows: before } = await sql.query<{ count: number }>('select count(*)::int as count from term_xform.current_term_data')
  refuseShrunken(load, before[0]?.count ?? 0)
  await stage(ctx, sql, load.rows)
  const at = new Date(ctx.now())
  const raw = await appendHistory(sql, at, ctx.runId)
  const removed = await removeVanished(sql)
  const changed = await mergeCurrent(sql, at, ctx.runId)
  const curated = load.active === null ? 0 : await publish(sql, at, load.active)
  return { raw, changed, removed, curated }
}

function refuseShrunken(load: TermLoad, before: number): void {
  if (before === 0 || load.rows.length > before * load.shrinkRatio) return
  throw new TidemarkError('refused', {
    publicMessage: `PeopleSoft answered with ${load.rows.length} usable terms; the lake holds ${before}. That is too few to be true, so nothing was changed. If it is true, run the flow with a smaller shrinkRatio.`,
  })
}

async function stage(ctx: Pick<FlowContext<unknown>, 'lake'>, sql: ClientBase, rows: readonly TermRow[]): Promise<void> {
  await sql.query(`create temp table if not exists term_staged (
    acad_career text, strm text, ${NAMES.map((name) => `${name} text`).join(', ')}, rownumber int, term_data jsonb, content_hash bytea
  ) on commit delete rows`)
  const lines = rows.map((row) => [row.career, row.strm, ...row.columns, String(row.rowNumber), row.document, `\\x${row.hash}`])
  await ctx.lake.copyIn(sql, 'pg_temp.term_staged', STAGED, lines)
}

async function appendHistory(sql: ClientBase, at: Date, runId: string): Promise<number> {
  const { rowCount } = await sql.query(
    `insert into term_raw.term_data (acad_career, strm, term_data, modified_date, content_hash, hash_version, run_id)
     select distinct on (s.acad_career, s.strm, s.content_hash) s.acad_career, s.strm, s.term_data, $1, s.content_hash, $2, $3
     from term_staged s
     where not exists (
       select from term_xform.current_term_data c
       where (c.acad_career, c.strm, c.content_hash, c.hash_version) = (s.acad_career, s.strm, s.content_hash, $2)
     )
     order by s.acad_career, s.strm, s.content_hash, s.rownumber`,
    [at, CANONICAL_VERSION, runId],
  )
  return rowCount ?? 0
}

async function removeVanished(sql: ClientBase): Promise<number> {
  const { rowCount } = await sql.query(
    `delete from term_xform.current_term_data c where not exists (
       select from term_staged s where (s.acad_career, s.strm, s.rownumber) = (c.acad_career, c.strm, c.rownumber)
     )`,
  )
  return rowCount ?? 0
}

async function mergeCurrent(sql: ClientBase, at: Date, runId: string): Promise<number> {
  const { rowCount } = await sql.query(
    `insert into term_xform.current_term_data as c
       (${PUBLISHED.join(', ')}, modified_date, content_hash, hash_version, first_loaded_at, last_seen_at, last_seen_run)
     select ${PUBLISHED.join(', ')}, $1, content_hash, $2, $1, $1, $3 from term_staged order by acad_career, strm, rownumber
     on conflict (acad_career, strm, rownumber) do update set
       ${NAMES.map((name) => `${name} = excluded.${name}`).join(', ')},
       modified_date = excluded.modified_date, content_hash = excluded.content_hash, hash_version = excluded.hash_version
     where (c.content_hash, c.hash_version) is distinct from (excluded.content_hash, excluded.hash_version)`,
    [at, CANONICAL_VERSION, runId],
  )
  await sql.query('update term_xform.current_term_data set last_seen_at = $1, last_seen_run = $2', [at, runId])
  return rowCount ?? 0
}

async function publish(sql: ClientBase, at: Date, active: readonly number[]): Promise<number> {
  const gone = await sql.query(
    `delete from term_curated.term_data_by_service t
     where t.service = 'active_terms' and not exists (
       select from term_staged s where s.rownumber = any($1) and (s.acad_career, s.strm) = (t.acad_career, t.strm)
     )`,
    [active],
  )
  const columns = [...NAMES, 'rownumber']
  const written = await sql.query(
    `insert into term_curated.term_data_by_service as t (service, ${PUBLISHED.join(', ')}, modified_date, last_seen_at)
     select 'active_terms', ${PUBLISHED.join(', ')}, $2, $2 from term_staged where rownumber = any($1) order by acad_career, strm
     on conflict (service, acad_career, strm) do update set
       ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}, modified_date = excluded.modified_date
     where (${columns.map((name) => `t.${name}`).join(', ')}) is distinct from (${columns.map((name) => `excluded.${name}`).join(', ')})`,
    [active, at],
  )
  await sql.query(`update term_curated.term_data_by_service set last_seen_at = $1 where service = 'active_terms'`, [at])
  return (gone.rowCount ?? 0) + (written.rowCount ?? 0)
}
