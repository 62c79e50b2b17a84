import { bisect, halvesOf } from '#jobs/flows/documents/bisect.ts'
import type { AskedPerson } from '#jobs/flows/person/sources/source.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { isSystemWide } from '#lib/platform/errors.ts'

/** Questions spent on finding those who spoil one batch; enough for one or two among a thousand. */
const QUESTIONS_MAX = 24
/** When not even one of the halves and quarters is answered, it is not a person who is the trouble. */
const FRUITLESS_MAX = 6

export interface Bisected<Answer> {
  answers: Answer[]
  /** Those who could not be had even alone, or for whom no question was left. */
  failed: AskedPerson[]
  /** The latest failure. */
  error: unknown
}

/** Whether a batch that failed so may be asked for in parts: not when everybody would meet the same, and not what takes long to fail. */
export function isWorthBisecting(batch: readonly AskedPerson[], error: unknown): boolean {
  return batch.length > 1 && isTidemarkError(error) && error.code !== 'timeout' && !isSystemWide(error)
}

/**
 * Asks for the halves of a batch that failed, and for their halves, the larger parts first, so that one person whom the other side cannot
 * digest does not take a thousand along. `ask` is called at most 24 times, 6 where nothing comes of it; it throws what it cannot answer, and
 * `isStop` tells what ends it all.
 */
export async function askByBisection<Answer>(
  batch: readonly AskedPerson[],
  error: unknown,
  ask: (part: readonly AskedPerson[]) => Promise<Answer>,
  isStop: (error: unknown) => boolean,
): Promise<Bisected<Answer>> {
  const asked: Bisected<Answer> = { answers: [], failed: [], error }
  const isDivisible = (part: readonly AskedPerson[], failure: unknown) => {
    if (isStop(failure)) throw failure
    asked.error = failure
    if (isWorthBisecting(part, failure)) return true
    asked.failed.push(...part)
    return false
  }
  const mayTry = (questions: number) => questions < (asked.answers.length === 0 ? FRUITLESS_MAX : QUESTIONS_MAX)
  const answer = async (part: readonly AskedPerson[]) => void asked.answers.push(await ask(part))
  asked.failed.push(...(await bisect(halvesOf(batch), answer, { isDivisible, mayTry, largestFirst: true })))
  return asked
}
