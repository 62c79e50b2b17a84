import type { Context } from '#lib/db/context.ts'
import { type FileLook, holdLooks, type LookWay, noteLook, takeLooks } from '#lib/db/inbox/file-looks.ts'
import { listFlows } from '#lib/db/runs/flows.ts'
import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'

/** One look, at a place or a queue, may take so long. */
export const FILE_LOOK_LIMIT_MS = 20 * MINUTE_MS
/** Nobody else begins what is in hand for so long after it was last said to be: a worker that dies holds nothing up for longer. */
const HELD_MS = MINUTE_MS
const HOLD_EVERY_MS = 20 * SECOND_MS

export interface ClaimedLooks {
  connection: string
  way: LookWay
  looks: FileLook[]
  at: Instant
}

/** Takes what is due of a connection: the places that are listed, or its queue; null when nothing is (any more). */
export async function claimLooks(ctx: Context, connection: string, way: LookWay): Promise<ClaimedLooks | null> {
  const at = ctx.clock.now()
  const looks = await takeLooks(ctx.pool, { connection, way, at, until: at + HELD_MS })
  return looks.length === 0 ? null : { connection, way, looks, at }
}

/** Holds what was claimed, until `over`: what is not held any more, another worker begins. */
export async function holdUntilOver(ctx: Context, { connection, way, at }: ClaimedLooks, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await ctx.clock.sleep(HOLD_EVERY_MS, over)
    if (over.aborted) return
    await holdLooks(ctx.pool, { connection, way, at, until: ctx.clock.now() + HELD_MS }).catch((error: unknown) =>
      ctx.log.warn('looks for files could not be held', { connection, error: toInternalMessage(error) }),
    )
  }
}

/** Notes how a look ended; a problem stands until one ends well. */
export async function endLook(ctx: Context, claimed: ClaimedLooks, look: FileLook, problem: string | null): Promise<void> {
  const now = ctx.clock.now()
  await noteLook(ctx.pool, claimed, look, {
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
