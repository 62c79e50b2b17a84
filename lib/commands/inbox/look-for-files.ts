import type { Context } from '#lib/db/context.ts'
import { type FileLook, noteLook, takeLooks } from '#lib/db/inbox/file-looks.ts'
import { listFlows } from '#lib/db/runs/flows.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'

/** Looking for files through one connection may take so long. */
export const FILE_LOOK_LIMIT_MS = 20 * MINUTE_MS

export interface ClaimedLooks {
  connection: string
  looks: FileLook[]
  /** Nobody else begins them before. */
  until: Instant
}

/** Takes what is due of a connection: the places that are listed, and its queue; null when nothing is (any more). */
export async function claimLooks(ctx: Context, connection: string): Promise<ClaimedLooks | null> {
  const now = ctx.clock.now()
  const until = now + FILE_LOOK_LIMIT_MS + MINUTE_MS
  const looks = await takeLooks(ctx.pool, connection, now, until)
  return looks.length === 0 ? null : { connection, looks, until }
}

/** Notes how a look ended; a problem stands until one ends well. */
export async function endLook(ctx: Context, { connection, until }: ClaimedLooks, look: FileLook, problem: string | null): Promise<void> {
  const now = ctx.clock.now()
  await noteLook(ctx.pool, connection, look, {
    until,
    dueAt: now + look.everyMs,
    okAt: problem === null ? now : null,
    problem: problem === null ? null : toShownText(problem),
  })
}

/** The flows that wait for files which a listing of this place finds. */
export async function listFlowsListing(ctx: Context, connection: string, place: string): Promise<string[]> {
  const flows = await listFlows(ctx.pool)
  const lists = flows.filter(({ on }) =>
    on.some((trigger) => trigger.kind === 'file' && trigger.by === 'listing' && trigger.source === connection && trigger.place === place),
  )
  return lists.map(({ name }) => name)
}
