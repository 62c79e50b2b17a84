import type { ClientBase } from 'pg'
import { DAY_MS } from '#lib/domain/instant.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { KEY_COLUMNS, KEYS_FROM_PARAMETERS, keyOf, keyParameters, LOCK_TERM } from './course-keys.ts'
import type { CourseKey } from './course-row.ts'

export interface Unseen {
  deleted: number
  uncurated: number
  /** Courses that were not seen and yet kept, and why. */
  kept: number
  because: 'too-many' | 'uncertain' | null
}

export interface WholeAnswer {
  term: number
  /** Courses that were put aside but are there. */
  alive: readonly CourseKey[]
  /** Something in the answer could not be read as a course: any unseen course may be that one. */
  uncertain: boolean
  shrinkRatio: number
}

// Where the answer is never quite clean, a course is gone when it has not been seen for so long.
const GONE_AFTER_MS = 7 * DAY_MS

/**
 * After a whole answer: courses of its term that were not in it are marked as deleted and their curated rows go.
 * History and the current row stay. When too many would go, none does.
 */
export async function deleteUnseen(
  ctx: Pick<FlowContext<unknown>, 'now' | 'runId'>,
  sql: ClientBase,
  answer: WholeAnswer,
): Promise<Unseen> {
  const at = new Date(ctx.now())
  await sql.query(LOCK_TERM, [answer.term])
  await sql.query(
    `update course_xform.current_course_data c set last_seen_at = $5, last_seen_run = $6
     from ${KEYS_FROM_PARAMETERS} as b (${KEY_COLUMNS.join(', ')}) where (${keyOf('c')}) = (${keyOf('b')}) and c.deleted_at is null`,
    [...keyParameters(answer.alive), at, ctx.runId],
  )
  const { rows } = await sql.query<{ live: number; unseen: number }>(
    `select count(*)::int as live, (count(*) filter (where last_seen_run <> $2))::int as unseen
     from course_xform.current_course_data where term_code = $1 and deleted_at is null`,
    [answer.term, ctx.runId],
  )
  const { live, unseen } = rows[0] ?? { live: 0, unseen: 0 }
  if (unseen === 0) return { deleted: 0, uncurated: 0, kept: 0, because: null }
  if (live - unseen <= live * answer.shrinkRatio) return { deleted: 0, uncurated: 0, kept: unseen, because: 'too-many' }
  const seenBefore = answer.uncertain ? new Date(ctx.now() - GONE_AFTER_MS) : at
  const deleted = await markDeleted(sql, answer.term, ctx.runId, at, seenBefore)
  const uncurated = deleted === 0 ? 0 : await withdraw(sql, answer.term)
  return { deleted, uncurated, kept: unseen - deleted, because: unseen > deleted ? 'uncertain' : null }
}

async function markDeleted(sql: ClientBase, term: number, runId: string, at: Date, seenBefore: Date): Promise<number> {
  const { rowCount } = await sql.query(
    `update course_xform.current_course_data c set deleted_at = $3
     from (
       select ${keyOf('u')} from course_xform.current_course_data u
       where u.term_code = $1 and u.deleted_at is null and u.last_seen_run <> $2 and u.last_seen_at <= $4
       order by ${keyOf('u')} for update
     ) as gone
     where (${keyOf('c')}) = (${keyOf('gone')})`,
    [term, runId, at, seenBefore],
  )
  return rowCount ?? 0
}

async function withdraw(sql: ClientBase, term: number): Promise<number> {
  const { rowCount } = await sql.query(
    `delete from course_curated.course_data_by_service t using course_xform.current_course_data c
     where t.term_code = $1 and c.term_code = $1 and c.deleted_at is not null and (${keyOf('c')}) = (${keyOf('t')})`,
    [term],
  )
  return rowCount ?? 0
}
