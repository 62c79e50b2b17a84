import type { ToldFiles } from '#lib/connectors/kit/files.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'

/** What a queue hands out, by its id there. */
export type QueueMessage = Omit<ToldFiles, 'body'> & { id: string; text: string }

/** One call takes no more; the next one goes on. */
const MESSAGES_MAX = 10_000
const FIRST_WAIT_MS = 30 * SECOND_MS
const LONGEST_WAIT_MS = 15 * MINUTE_MS

/** How long a queue keeps a message back that was handed out so often. */
export function giveBackAfterMs(tries: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, tries - 1), LONGEST_WAIT_MS)
}

/** The messages of a queue until it has nothing new: one that comes back within the call is not told again. What was taken and not told when nobody wants more goes back. */
export async function* drainQueue(take: () => Promise<QueueMessage[]>): AsyncGenerator<ToldFiles> {
  const seen = new Set<string>()
  while (seen.size < MESSAGES_MAX) {
    const fresh = (await take()).filter(({ id }) => !seen.has(id))
    if (fresh.length === 0) return
    // Twice in one answer: the queue has it twice.
    const left = new Map(fresh.map((message) => [message.id, message]))
    try {
      for (const { id, text, ...told } of left.values()) {
        seen.add(id)
        left.delete(id)
        yield { ...told, body: parsed(text) }
      }
    } finally {
      await Promise.allSettled([...left.values()].map((message) => message.giveBack()))
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
