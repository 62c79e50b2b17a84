import { z } from 'zod'
import { getChangesAfter, getLastChange } from '#lib/queries/changes/change-sequence.ts'
import type { Topic } from '#lib/queries/changes/topic.ts'
import type { Frame } from './event-stream.ts'
import { type Context, movedFor, type WebProcess } from './web-process.ts'

const movedSchema = z.object({ topics: z.array(z.string()) })

/** How long a browser waits before it comes back after a lost connection. */
const RETRY_MS = 3000

/** The first words of every stream. */
export const GREETING: Frame = `retry: ${RETRY_MS}\n: hello\n\n`

/** Keeps proxies from closing a silent stream. */
export const HEARTBEAT: Frame = ': still here\n\n'

/** The status changes after one, each with its number; of too many only that there are some. */
export async function changeFrames(ctx: Context, afterId: string): Promise<Frame[]> {
  const changes = await getChangesAfter(ctx, afterId)
  if (changes === null) return [changeFrame((await getLastChange(ctx)).id, {})]
  return changes.map(({ id, ...change }) => changeFrame(id, change))
}

const MOVED = 'event: moved\ndata: '

/** What parts of the page have changed. */
export function movedFrame(topics: readonly Topic[]): Frame {
  return `${MOVED}${JSON.stringify({ topics })}\n\n`
}

/** The parts of the page that a frame tells of; none for any other frame. */
export function topicsIn(frame: Frame): Topic[] {
  return frame.startsWith(MOVED) ? movedSchema.parse(JSON.parse(frame.slice(MOVED.length))).topics : []
}

/**
 * What somebody missed of what they may see, who was told of changes up to `afterId`, or whose page was made at `seen`; and the number of
 * the newest change.
 */
export async function missedFrames(
  web: WebProcess,
  context: Context,
  start: { afterId: string | null; seen: number | null },
): Promise<Frame[]> {
  const missed = start.seen === null ? [] : movedFor(web, context.actor.audience).since(start.seen)
  const frames = start.afterId === null ? [helloFrame((await getLastChange(context)).id)] : await changeFrames(context, start.afterId)
  return missed.length === 0 ? frames : [...frames, movedFrame(missed)]
}

function helloFrame(id: string): Frame {
  return `id: ${id}\nevent: hello\ndata: {}\n\n`
}

function changeFrame(id: string, change: object): Frame {
  return `id: ${id}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`
}
