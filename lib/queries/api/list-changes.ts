import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import type { ApiList } from './list.ts'
import { type ChangesQuestion, changesQuestion } from './questions.ts'
import type { ApiChange } from './shapes.ts'

type Row = Omit<ApiChange, 'at' | 'recordedAt'> & { at: Instant; recordedAt: Instant }

const CHANGES = `
  select c.id::text, s.kind, s.key, c.from_status as "from", c.to_status as "to", c.reason, c.explanation, c.rewrite,
    ${instant('c.at')} as at, ${instant('c.recorded_at')} as "recordedAt"
  from status_change c join subject s on s.id = c.subject_id
  where c.id > $1::bigint and ($3::timestamptz is null or c.recorded_at >= $3) and ($4::text is null or s.kind = $4) and ($5::text is null or s.key = $5)
  order by c.id limit $2`

/** Every status change there was, as it was found out: the oldest first, so that what comes new stands at the end. */
export const CHANGE_LIST: ApiList<ChangesQuestion, ApiChange> = {
  name: 'changes',
  question: changesQuestion,
  place: /^\d{1,18}$/,
  async read(ctx, { changedSince, kind, key }, after, limit) {
    const { rows } = await ctx.pool.query<Row>(CHANGES, [after ?? '0', limit, changedSince, kind, key])
    return rows.map(({ at, recordedAt, ...row }) => ({
      place: row.id,
      item: { ...row, at: new Date(at).toISOString(), recordedAt: new Date(recordedAt).toISOString() },
    }))
  },
}
