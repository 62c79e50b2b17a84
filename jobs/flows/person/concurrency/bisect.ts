import type { AskedPerson } from '#jobs/flows/person/sources/source.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { isSystemWide } from '#lib/platform/errors.ts'

/** Questions spent on finding those who spoil one batch; enough for one or two among a thousand. */
const QUESTIONS_MAX = 24
/** When not even one of the halves and quarters is answered, it is not a person who is the trouble. */
const FRUITLESS_MAX = 6

export interface Bisected<Answer> {
  answers: Answer[]
  /** Those who could not be had even apart, or for whom no question was left. */
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
  const parts = halvesOf(batch)
  const mayAsk = (questions: number) => questions < (asked.answers.length === 0 ? FRUITLESS_MAX : QUESTIONS_MAX)
  for (let questions = 0; parts.length > 0 && mayAsk(questions); questions += 1) {
    const part = parts.shift() ?? []
    try {
      asked.answers.push(await ask(part))
    } catch (failure) {
      if (isStop(failure)) throw failure
      asked.error = failure
      if (isWorthBisecting(part, failure)) parts.push(...halvesOf(part))
      else asked.failed.push(...part)
    }
  }
  asked.failed.push(...parts.flat())
  return asked
}

function halvesOf(people: readonly AskedPerson[]): (readonly AskedPerson[])[] {
  const middle = Math.ceil(people.length / 2)
  return [people.slice(0, middle), people.slice(middle)]
}
