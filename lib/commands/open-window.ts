import { listAssetsUnder } from '#lib/db/assets.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { getSubject, markDue, type SubjectKind } from '#lib/db/subjects.ts'
import { insertWindow } from '#lib/db/windows.ts'
import type { MaintenanceWindow } from '#lib/domain/facts.ts'
import type { Instant } from '#lib/domain/instant.ts'
import { TidemarkError } from '#lib/platform/errors.ts'
import { rebuild } from './rebuild.ts'

interface WindowRequest {
  /** What it covers; null = everything. */
  subject: { kind: SubjectKind; key: string } | null
  kind: MaintenanceWindow['kind']
  from: Instant
  /** null = until it is closed. */
  to: Instant | null
  note: string | null
}

/** Announces work, or pauses something; it may lie ahead, or have begun. Returns the window's id. */
export async function openWindow(ctx: Context, request: WindowRequest): Promise<number> {
  if (request.to !== null && request.to <= request.from) {
    throw new TidemarkError('invalid', { publicMessage: 'A maintenance window must end after it begins.' })
  }
  const from = Math.min(request.from, ctx.clock.now())
  const { id, assetIds } = await withTransaction(ctx, async (sql) => {
    const subjectId = await requireSubjectId(sql, request.subject)
    const covered = await listAssetsUnder(sql, subjectId)
    const windowId = await insertWindow(sql, { subjectId, kind: request.kind, from: request.from, to: request.to, note: request.note })
    await markDue(sql, covered, from)
    return { id: windowId, assetIds: covered }
  })
  await rebuild(ctx, { assetIds, from })
  return id
}

async function requireSubjectId(sql: Sql, subject: WindowRequest['subject']): Promise<number | null> {
  if (subject === null) return null
  const found = await getSubject(sql, subject.kind, subject.key)
  if (found === undefined) throw new TidemarkError('not-found', { publicMessage: `There is no ${subject.kind} "${subject.key}".` })
  return found.id
}
