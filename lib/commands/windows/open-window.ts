import { act, asOrdered } from '#lib/access/act.ts'
import { rebuild } from '#lib/commands/status/rebuild.ts'
import type { Context } from '#lib/db/context.ts'
import { insertWindow } from '#lib/db/history/windows.ts'
import { toText, toTextOrNull } from '#lib/db/instants.ts'
import { MAINTENANCE_MAX_MS, tooLongInWords } from '#lib/domain/freshness/announced-work.ts'
import type { MaintenanceWindow } from '#lib/domain/freshness/facts.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { readNote, requireMatter, tellOf, type WindowSubject } from './matter.ts'

interface WindowRequest {
  /** What it covers; null = everything. A flow can only be paused: its runs are not planned. */
  subject: WindowSubject | null
  kind: MaintenanceWindow['kind']
  from: Instant
  to: Instant | null
  note: string | null
}

/** Announces work, or pauses something; it may lie ahead, or have begun: whoever asks people has refused what is past. Returns the window's id. */
export async function openWindow(ctx: Context, request: WindowRequest): Promise<number> {
  const now = ctx.clock.now()
  const from = Math.min(request.from, now)
  const action = request.subject === null ? 'window.everything' : 'window.open'
  const { id, assetIds } = await act(ctx, { action, target: request.subject, reason: request.note }, async (sql) => {
    requireSense(request)
    const note = readNote(request.note)
    const matter = await requireMatter(sql, request.subject, request.kind === 'paused')
    const { kind, to } = request
    const windowId = await insertWindow(sql, { ...matter, kind, from: request.from, to, note, announcedBy: ctx.actor.name }, now)
    const assetIds = await tellOf(sql, matter, from)
    return { result: { id: windowId, assetIds }, after: { window: windowId, kind, ...lengthOf(request) } }
  })
  if (assetIds.length > 0) await rebuild(asOrdered(ctx), { assetIds, from })
  return id
}

/** Refuses a stretch that ends before it begins, and maintenance that lasts too long. */
export function requireSense({ kind, from, to }: Pick<WindowRequest, 'kind' | 'from' | 'to'>): void {
  const refuse = (publicMessage: string) => {
    throw new TidemarkError('invalid', { publicMessage })
  }
  if (to !== null && to <= from) refuse('A maintenance window must end after it begins.')
  if (kind === 'maintenance' && to !== null && to - from > MAINTENANCE_MAX_MS) refuse(tooLongInWords())
}

function lengthOf({ from, to }: WindowRequest): { from: string; to: string | null } {
  return { from: toText(from), to: toTextOrNull(to) }
}
