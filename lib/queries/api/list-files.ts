import type { FileState } from '#lib/domain/files/inbox-file.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import type { ApiInboxFile } from './file-answers.ts'
import { type ApiList, toTime } from './list.ts'
import { type FilesQuestion, filesQuestion } from './questions.ts'

interface Row extends Omit<ApiInboxFile, 'modifiedAt' | 'arrivedAt' | 'dueAt' | 'endedAt'> {
  state: FileState
  modifiedAt: Instant | null
  arrivedAt: Instant
  dueAt: Instant | null
  endedAt: Instant | null
}

const FILES = `
  select f.id::text, f.flow_key as flow, f.source as connection, f.bucket, f.key, f.state, f.reason, f.tries, f.bytes::float8 as bytes,
    ${instant('f.modified_at')} as "modifiedAt", ${instant('f.arrived_at')} as "arrivedAt",
    case when f.state = 'arrived' then ${instant('f.due_at')} end as "dueAt", ${instant('f.ended_at')} as "endedAt",
    f.run_id::text as run, f.rows::float8 as rows, f.rejected::float8 as rejected
  from inbox_file f
  where ($1::timestamptz is null or (f.arrived_at, f.id) < ($1, $2::bigint)) and ($4::text is null or f.flow_key = $4) and ($5::text is null or f.state = $5)
    and ($6::timestamptz is null or greatest(f.arrived_at, f.taken_at, f.ended_at) >= $6)
  order by f.arrived_at desc, f.id desc limit $3`

const MARK = `
  select concat_ws('|', count(*), max(arrived_at), max(taken_at), max(ended_at), sum(hashtext(id || state || tries || coalesce(due_at::text, ''))::bigint)) as mark
  from inbox_file where ($1::text is null or flow_key = $1)`

/** The files in the inboxes of all flows, the latest that arrived first. */
export const FILE_LIST: ApiList<FilesQuestion, ApiInboxFile> = {
  name: 'files',
  question: filesQuestion,
  place: /^\d{1,15}_\d{1,19}$/,
  async read(ctx, { flow, state, changedSince }, after, limit) {
    const [at, id] = after?.split('_') ?? []
    const since = at === undefined ? null : new Date(Number(at))
    const { rows } = await ctx.pool.query<Row>(FILES, [since, id, limit, flow, state, changedSince])
    return rows.map((row) => ({ place: `${row.arrivedAt}_${row.id}`, item: toFile(row) }))
  },
  async mark(ctx, { flow }) {
    return String((await ctx.pool.query<{ mark: string }>(MARK, [flow])).rows[0]?.mark)
  },
}

function toFile({ modifiedAt, arrivedAt, dueAt, endedAt, ...row }: Row): ApiInboxFile {
  const arrived = new Date(arrivedAt).toISOString()
  return { ...row, modifiedAt: toTime(modifiedAt), arrivedAt: arrived, dueAt: toTime(dueAt), endedAt: toTime(endedAt) }
}
