import type { ClientBase } from 'pg'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { CANONICAL_VERSION } from '#lib/records/canonical-form.ts'
import { TERM_COLUMNS, type TermKey, type TermRow } from './term-row.ts'

interface StoredTerms {
  raw: number
  /** Current rows that differ or go. */
  changed: number
  removed: number
  curated: number
  uncurated: number
}

const NAMES = TERM_COLUMNS.map(([column]) => column)
const STAGED = ['acad_career', 'strm', ...NAMES, 'rownumber', 'term_data', 'content_hash']
const PUBLISHED = ['acad_career', 'strm', ...NAMES, 'rownumber']

interface TermLoad {
  rows: readonly TermRow[]
  active: readonly number[] | null
  /** Terms with an unusable row, kept in the lake. Null: a row does not say which; then no term is deleted. */
  unread: readonly (TermKey | null)[]
  shrinkRatio: number
}

/** Replaces the current terms by the staged ones in one transaction that readers never wait for. Throws, and changes nothing, when the
 * answer is sharply smaller than what is there. */
export async function storeTerms(
  ctx: Pick<FlowContext<unknown>, 'lake' | 'now' | 'runId'>,
  sql: ClientBase,
  load: TermLoad,
): Promise<StoredTerms> {
  // One writer at a time; SHARE ROW EXCLUSIVE does not block readers.
  await sql.query('lock table term_xform.current_term_data in share row exclusive mode')
  const { rows: before } = await sql.query<{ count: number }>('select count(*)::int as count from term_xform.current_term_data')
  refuseShrunken(load, before[0]?.count ?? 0)
  await stage(ctx, sql, load.rows)
  const at = new Date(ctx.now())
  const raw = await appendHistory(sql, at, ctx.runId)
  const removed = await removeVanished(sql, load.unread)
  const changed = await mergeCurrent(sql, at, ctx.runId)
  const published = load.active === null ? { curated: 0, uncurated: 0 } : await publish(sql, at, load.active, load.unread)
  return { raw, changed, removed, ...published }
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

/** SQL: whether a row of `alias` is of a term with an unusable row; the values are bound from $1 on. */
function isUnread(alias: string): string {
  return `not exists (select from term_staged s where (s.acad_career, s.strm) = (${alias}.acad_career, ${alias}.strm))
     and ($1 or exists (select from unnest($2::text[], $3::text[]) as u (career, strm) where (u.career, u.strm) = (${alias}.acad_career, ${alias}.strm)))`
}

function unreadValues(unread: TermLoad['unread']): [boolean, string[], string[]] {
  const known = unread.filter((term) => term !== null)
  return [known.length < unread.length, known.map(({ career }) => career), known.map(({ strm }) => strm)]
}

async function removeVanished(sql: ClientBase, unread: TermLoad['unread']): Promise<number> {
  const { rowCount } = await sql.query(
    `delete from term_xform.current_term_data c where not exists (
       select from term_staged s where (s.acad_career, s.strm, s.rownumber) = (c.acad_career, c.strm, c.rownumber)
     ) and not (${isUnread('c')})`,
    unreadValues(unread),
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
  await sql.query(
    `update term_xform.current_term_data c set last_seen_at = $1, last_seen_run = $2
     where exists (select from term_staged s where (s.acad_career, s.strm, s.rownumber) = (c.acad_career, c.strm, c.rownumber))`,
    [at, runId],
  )
  return rowCount ?? 0
}

async function publish(
  sql: ClientBase,
  at: Date,
  active: readonly number[],
  unread: TermLoad['unread'],
): Promise<Pick<StoredTerms, 'curated' | 'uncurated'>> {
  const gone = await sql.query(
    `delete from term_curated.term_data_by_service t
     where t.service = 'active_terms' and not exists (
       select from term_staged s where s.rownumber = any($4) and (s.acad_career, s.strm) = (t.acad_career, t.strm)
     ) and not (${isUnread('t')})`,
    [...unreadValues(unread), active],
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
  return { curated: written.rowCount ?? 0, uncurated: gone.rowCount ?? 0 }
}
