import { act, asOrdered } from '#lib/access/act.ts'
import { rebuild } from '#lib/commands/status/rebuild.ts'
import { listAssetsUnder } from '#lib/db/catalogue/assets.ts'
import { getSubject, markDue, type SubjectKind } from '#lib/db/catalogue/subjects.ts'
import type { Context, Sql } from '#lib/db/context.ts'
import { insertWindow } from '#lib/db/history/windows.ts'
import { toText, toTextOrNull } from '#lib/db/instants.ts'
import { notifyChange, notifyWorkers } from '#lib/db/listen.ts'
import { hasFlow } from '#lib/db/runs/flows.ts'
import type { MaintenanceWindow } from '#lib/domain/freshness/facts.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { toStorableText } from '#lib/domain/values/storable-text.ts'

export interface WindowSubject {
  kind: SubjectKind | 'flow'
  key: string
}

interface WindowRequest {
  /** What it covers; null = everything. A flow can only be paused: its runs are not planned. */
  subject: WindowSubject | null
  kind: MaintenanceWindow['kind']
  from: Instant
  to: Instant | null
  note: string | null
}

const NOTE_MAX = 500

/** Announces work, or pauses something; it may lie ahead, or have begun. Returns the window's id. */
export async function openWindow(ctx: Context, request: WindowRequest): Promise<number> {
  const from = Math.min(request.from, ctx.clock.now())
  const { id, assetIds } = await act(ctx, { action: 'window.open', target: request.subject, reason: request.note }, async (sql) => {
    requireSense(request)
    const note = request.note === null ? null : toStorableText(request.note).trim() || null
    const matter = await requireMatter(sql, request)
    const covered = matter.flow === null ? await listAssetsUnder(sql, matter.subjectId) : []
    const windowId = await insertWindow(sql, { ...matter, kind: request.kind, from: request.from, to: request.to, note })
    await markDue(sql, covered, from)
    await notifyWorkers(sql)
    await notifyChange(sql)
    return { result: { id: windowId, assetIds: covered }, after: { kind: request.kind, ...lengthOf(request) } }
  })
  if (assetIds.length > 0) await rebuild(asOrdered(ctx), { assetIds, from })
  return id
}

function requireSense({ from, to, note }: WindowRequest): void {
  if (to !== null && to <= from) throw new TidemarkError('invalid', { publicMessage: 'A maintenance window must end after it begins.' })
  if ((note ?? '').length > NOTE_MAX) throw new TidemarkError('invalid', { publicMessage: `A note has at most ${NOTE_MAX} characters.` })
}

function lengthOf({ from, to }: WindowRequest): { from: string; to: string | null } {
  return { from: toText(from), to: toTextOrNull(to) }
}

async function requireMatter(sql: Sql, { subject, kind }: WindowRequest): Promise<{ subjectId: number | null; flow: string | null }> {
  if (subject === null) return { subjectId: null, flow: null }
  if (subject.kind === 'flow') {
    if (kind !== 'paused')
      throw new TidemarkError('invalid', { publicMessage: 'A flow can be paused; maintenance is announced for feeds.' })
    if (await hasFlow(sql, subject.key)) return { subjectId: null, flow: subject.key }
  } else {
    const found = await getSubject(sql, subject.kind, subject.key)
    if (found !== undefined && found.removedAt === null) return { subjectId: found.id, flow: null }
  }
  throw new TidemarkError('not-found', { publicMessage: `There is no ${subject.kind} "${toStorableText(subject.key)}" in the catalogue.` })
}
