import type { ClientBase } from 'pg'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Column } from '#lib/domain/values/column-type.ts'
import type { LoadCounts, LoadSpec } from './load-spec.ts'
import { quotedTable, targetExists } from './load-target.ts'
import { PLACE, quoted, STAGED } from './staging.ts'

export interface LoadStamp {
  at: Date
  runId: string
}

interface Statements {
  target: string
  columns: string
  ofTable: string
  staged: string
  sameKey: string
}

function statementsOf(spec: LoadSpec, columns: readonly Column[]): Statements {
  const list = (prefix: string, names: readonly string[]) => names.map((name) => `${prefix}${quoted(name)}`).join(', ')
  const names = columns.map((column) => column.name)
  return {
    target: quotedTable(spec.table),
    columns: list('', names),
    ofTable: list('t.', names),
    staged: list('s.', names),
    sameKey: `(${list('t.', spec.key)}) = (${list('s.', spec.key)})`,
  }
}

async function affected(sql: ClientBase, text: string, values: readonly unknown[] = []): Promise<number> {
  return (await sql.query(text, [...values])).rowCount ?? 0
}

async function count(sql: ClientBase, from: string): Promise<number> {
  const { rows } = await sql.query<{ count: string }>(`select count(*) from ${from}`)
  return Number(rows[0]?.count ?? 0)
}

/** Of rows with one key keeps the last sent; answers how many were dropped. */
async function dropDuplicates(sql: ClientBase, spec: LoadSpec): Promise<number> {
  if (spec.key.length === 0) return 0
  const keys = spec.key.map(quoted)
  const nameless = await count(sql, `${STAGED} where ${keys.map((key) => `${key} is null`).join(' or ')}`)
  if (nameless > 0) {
    throw new TidemarkError('refused', {
      publicMessage: `${nameless} rows for ${spec.table} have no ${spec.key.join(', ')}. Nothing was changed.`,
    })
  }
  return affected(
    sql,
    `delete from ${STAGED} s using (select ${keys.join(', ')}, max(${PLACE}) as last from ${STAGED} group by ${keys.join(', ')} having count(*) > 1) d
     where (${keys.map((key) => `s.${key}`).join(', ')}) = (${keys.map((key) => `d.${key}`).join(', ')}) and s.${PLACE} < d.last`,
  )
}

/** An empty answer is mostly a fault of the source: refused unless the flow allows it. */
function refuseEmpty(spec: LoadSpec, before: number): void {
  if (spec.allowEmpty) return
  const kept = before === 0 ? '' : ` ${spec.table} keeps its ${before} rows.`
  throw new TidemarkError('refused', { publicMessage: `There is no row to load.${kept} If that is right, run the flow with allowEmpty.` })
}

function refuseShrunken(spec: LoadSpec, before: number, now: number): void {
  if (now === 0 || before === 0 || now > before * spec.shrinkRatio) return
  throw new TidemarkError('refused', {
    publicMessage: `The answer holds ${now} rows, ${spec.table} ${before}. That is too few to be true, so nothing was changed. If it is true, run the flow with a smaller shrinkRatio.`,
  })
}

function append(sql: ClientBase, s: Statements, stamp: LoadStamp): Promise<number> {
  return affected(
    sql,
    `insert into ${s.target} (${s.columns}, loaded_at, run_id) select ${s.staged}, $1, $2 from ${STAGED} s order by s.${PLACE}`,
    [stamp.at, stamp.runId],
  )
}

async function merge(sql: ClientBase, s: Statements, spec: LoadSpec, columns: readonly Column[], stamp: LoadStamp) {
  const others = columns.map((column) => column.name).filter((name) => !spec.key.includes(name))
  const list = (prefix: string) => `(${others.map((name) => `${prefix}${quoted(name)}`).join(', ')})`
  const changed =
    others.length === 0
      ? 0
      : await affected(
          sql,
          `update ${s.target} t set ${others.map((name) => `${quoted(name)} = s.${quoted(name)}`).join(', ')}, loaded_at = $1, run_id = $2
           from ${STAGED} s where ${s.sameKey} and ${list('t.')} is distinct from ${list('s.')}`,
          [stamp.at, stamp.runId],
        )
  const inserted = await affected(
    sql,
    `insert into ${s.target} (${s.columns}, loaded_at, run_id)
     select ${s.staged}, $1, $2 from ${STAGED} s where not exists (select from ${s.target} t where ${s.sameKey}) order by s.${PLACE}`,
    [stamp.at, stamp.runId],
  )
  return { changed, inserted }
}

/** Without a key a row is its content: of each content as many rows stay as were sent, the oldest first; the rest is deleted or added. */
async function replaceByContent(sql: ClientBase, s: Statements, stamp: LoadStamp): Promise<{ deleted: number; inserted: number }> {
  const content = (list: string) => `md5((row(${list}))::text)`
  const deleted = await affected(
    sql,
    `with kept as (
       select t.ctid, ${content(s.ofTable)} as content, row_number() over (partition by ${content(s.ofTable)} order by t.loaded_at, t.ctid) as copy
       from ${s.target} t
     ), sent as (select ${content(s.staged)} as content, count(*) as copies from ${STAGED} s group by 1)
     delete from ${s.target} t using kept left join sent using (content)
     where t.ctid = kept.ctid and kept.copy > coalesce(sent.copies, 0)`,
  )
  const inserted = await affected(
    sql,
    `with sent as (
       select s.*, ${content(s.staged)} as tidemark_content,
         row_number() over (partition by ${content(s.staged)} order by s.${PLACE}) as tidemark_copy from ${STAGED} s
     ), kept as (select ${content(s.ofTable)} as tidemark_content, count(*) as copies from ${s.target} t group by 1)
     insert into ${s.target} (${s.columns}, loaded_at, run_id)
     select ${s.staged}, $1, $2 from sent s left join kept using (tidemark_content)
     where s.tidemark_copy > coalesce(kept.copies, 0) order by s.${PLACE}`,
    [stamp.at, stamp.runId],
  )
  return { deleted, inserted }
}

async function replace(sql: ClientBase, s: Statements, spec: LoadSpec, columns: readonly Column[], stamp: LoadStamp, rows: number) {
  refuseShrunken(spec, await count(sql, s.target), rows)
  if (spec.key.length === 0) return { changed: 0, ...(await replaceByContent(sql, s, stamp)) }
  const deleted = await affected(sql, `delete from ${s.target} t where not exists (select from ${STAGED} s where ${s.sameKey})`)
  return { deleted, ...(await merge(sql, s, spec, columns, stamp)) }
}

export async function writeNothing(sql: ClientBase, spec: LoadSpec): Promise<LoadCounts> {
  const table = quotedTable(spec.table)
  const exists = await targetExists(sql, spec.table)
  refuseEmpty(spec, exists ? await count(sql, table) : 0)
  const deleted = exists && spec.mode === 'replace' ? await affected(sql, `delete from ${table}`) : 0
  return { seen: 0, inserted: 0, changed: 0, unchanged: 0, deleted, duplicates: 0 }
}

/** Writes the staged rows into the table as the mode says. Throws, and nothing changes, when the answer cannot be true. */
export async function writeRows(
  sql: ClientBase,
  spec: LoadSpec,
  staged: { columns: readonly Column[]; rows: number },
  stamp: LoadStamp,
): Promise<LoadCounts> {
  const s = statementsOf(spec, staged.columns)
  const seen = staged.rows
  if (seen === 0) refuseEmpty(spec, await count(sql, s.target))
  const duplicates = await dropDuplicates(sql, spec)
  const rows = seen - duplicates
  if (spec.mode === 'append') return { seen, inserted: await append(sql, s, stamp), changed: 0, unchanged: 0, deleted: 0, duplicates }
  const { inserted, changed, deleted } =
    spec.mode === 'merge'
      ? { deleted: 0, ...(await merge(sql, s, spec, staged.columns, stamp)) }
      : await replace(sql, s, spec, staged.columns, stamp, rows)
  return { seen, inserted, changed, unchanged: rows - inserted - changed, deleted, duplicates }
}
