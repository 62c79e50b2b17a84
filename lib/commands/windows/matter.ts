import { listAssetsUnder } from '#lib/db/catalogue/assets.ts'
import { getSubject, markDue, type SubjectKind } from '#lib/db/catalogue/subjects.ts'
import type { Context, Sql } from '#lib/db/context.ts'
import { notifyChange, notifyWorkers } from '#lib/db/listen.ts'
import { hasFlow } from '#lib/db/runs/flows.ts'
import { leastRole, may } from '#lib/domain/access/actions.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { toStorableText } from '#lib/domain/values/storable-text.ts'

export interface WindowSubject {
  kind: SubjectKind | 'flow'
  key: string
}

/** What a window covers, as it is stored: a subject, a flow, or everything. */
interface Matter {
  subjectId: number | null
  flow: string | null
}

const NOTE_MAX = 500

/** A note as it is stored; refused when it is too long. */
export function readNote(note: string | null): string | null {
  if ((note ?? '').length > NOTE_MAX) throw new TidemarkError('invalid', { publicMessage: `A note has at most ${NOTE_MAX} characters.` })
  return note === null ? null : toShownText(note).trim() || null
}

/** Finds in the catalogue what a window is to cover; null is everything. */
export async function requireMatter(sql: Sql, subject: WindowSubject | null, isPause: boolean): Promise<Matter> {
  if (subject === null) return { subjectId: null, flow: null }
  if (subject.kind === 'flow') {
    if (!isPause) throw new TidemarkError('invalid', { publicMessage: 'A flow can be paused; maintenance is announced for feeds.' })
    if (await hasFlow(sql, subject.key)) return { subjectId: null, flow: subject.key }
  } else {
    const found = await getSubject(sql, subject.kind, subject.key)
    if (found !== undefined && found.removedAt === null) return { subjectId: found.id, flow: null }
  }
  throw new TidemarkError('not-found', { publicMessage: `There is no ${subject.kind} "${toStorableText(subject.key)}" in the catalogue.` })
}

/** The right to do something to a window that is there: one of everything takes a role of its own. */
export function requireRightOver(ctx: Context, matter: Matter): void {
  if (matter.subjectId !== null || matter.flow !== null || may(ctx.actor, 'window.everything')) return
  const publicMessage = `What covers everything takes the role ${leastRole('window.everything')}; yours is ${ctx.actor.role}.`
  throw new TidemarkError('forbidden', { publicMessage })
}

/** What a window covers is looked at anew, and open pages are told. Answers the assets; a pause of a flow covers none. */
export async function tellOf(sql: Sql, { subjectId, flow }: Matter, from: Instant): Promise<number[]> {
  const covered = flow === null ? await listAssetsUnder(sql, subjectId) : []
  await markDue(sql, covered, from)
  await notifyWorkers(sql)
  await notifyChange(sql)
  return covered
}
