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

/** The messages of a queue until it has nothing new: one that comes back within the call is not told again. */
export async function* drainQueue(take: () => Promise<QueueMessage[]>): AsyncGenerator<ToldFiles> {
  const seen = new Set<string>()
  while (seen.size < MESSAGES_MAX) {
    const fresh = (await take()).filter(({ id }) => !seen.has(id))
    if (fresh.length === 0) return
    for (const { id, text, ...told } of fresh) {
      // Twice in one answer: the queue has it twice.
      if (seen.has(id)) continue
      seen.add(id)
      yield { ...told, body: parsed(text) }
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
