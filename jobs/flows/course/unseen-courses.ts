import type { ClientBase } from 'pg'
import { countUnseen, isTooMany, markDeleted } from '#jobs/flows/documents/delete-unseen.ts'
import { sentRows } from '#jobs/flows/documents/sent-rows.ts'
import { keyOf, lockOf } from '#jobs/flows/documents/tables.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import type { CourseKey } from './course-row.ts'
import { COURSE_TABLES } from './course-tables.ts'

export interface Unseen {
  deleted: number
  uncurated: number
  /** Courses that were not seen and kept, and why. */
  kept: number
  because: 'too-many' | 'uncertain' | null
}

interface WholeAnswer {
  term: number
  /** Courses that were put aside but are in the source. */
  alive: readonly CourseKey[]
  /** An element could not be read: any unseen course may be that one. */
  uncertain: boolean
  shrinkRatio: number
}

// Where the answer is never quite clean, a course counts as gone after this long.
const GONE_AFTER_MS = 7 * DAY_MS

/** After a whole answer: courses of its term that were not in it are marked as deleted and their curated rows removed. History and the
 * current row stay. When too many would go, none does. */
export async function deleteUnseen(
  ctx: Pick<FlowContext<unknown>, 'now' | 'runId'>,
  sql: ClientBase,
  answer: WholeAnswer,
): Promise<Unseen> {
  const at = new Date(ctx.now())
  await sql.query(lockOf(COURSE_TABLES), [answer.term])
  await noteAlive(sql, answer.alive, at, ctx.runId)
  const ofTerm = { where: 'c.term_code = $1', values: [answer.term] }
  const counted = await countUnseen(sql, COURSE_TABLES, ofTerm, ctx.runId)
  const { unseen } = counted
  if (unseen === 0) return { deleted: 0, uncurated: 0, kept: 0, because: null }
  if (isTooMany(counted, answer.shrinkRatio)) return { deleted: 0, uncurated: 0, kept: unseen, because: 'too-many' }
  const seenBefore = answer.uncertain ? new Date(ctx.now() - GONE_AFTER_MS) : at
  const gone = await markDeleted(sql, COURSE_TABLES, ofTerm, { id: ctx.runId, at, seenBefore })
  return { ...gone, kept: unseen - gone.deleted, because: unseen > gone.deleted ? 'uncertain' : null }
}

async function noteAlive(sql: ClientBase, alive: readonly CourseKey[], at: Date, runId: string): Promise<void> {
  const rows = alive.map((key) => ({ key }))
  const { from, values, bind } = sentRows(COURSE_TABLES, rows)
  await sql.query(
    `update ${COURSE_TABLES.current} c set last_seen_at = ${bind(at)}, last_seen_run = ${bind(runId)}
     from ${from} where (${keyOf(COURSE_TABLES, 'c')}) = (${keyOf(COURSE_TABLES, 'b')}) and c.deleted_at is null`,
    values,
  )
}
