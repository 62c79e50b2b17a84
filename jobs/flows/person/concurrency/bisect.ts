import { bisect, halvesOf } from '#jobs/flows/documents/bisect.ts'
import type { AskedPerson } from '#jobs/flows/person/sources/source.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { isSystemWide } from '#lib/platform/errors.ts'

/** Questions spent on one batch; enough to find one or two among a thousand. */
const QUESTIONS_MAX = 24
/** When no half or quarter is answered, no single person is the cause. */
const FRUITLESS_MAX = 6

interface Bisected<Answer> {
  answers: Answer[]
  failed: AskedPerson[]
  error: unknown
}

/** Whether parts of a failed batch may be asked for: not when everybody would get the same error, nor when failing takes long. */
export function isWorthBisecting(batch: readonly AskedPerson[], error: unknown): boolean {
  return batch.length > 1 && isTidemarkError(error) && error.code !== 'timeout' && !isSystemWide(error)
}

/** Asks for the halves of a failed batch, larger parts first, so that one person whom the source cannot serve does not fail a thousand.
 * `ask` is called at most 24 times, 6 where none succeeds; it throws what it cannot answer, and `isStop` tells what ends it all. */
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
