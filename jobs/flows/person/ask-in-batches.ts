import { isPersonRecord } from '#lib/connectors/snaplogic/person-record.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { isStop } from '#lib/engine/run/scope.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import type { AdaptiveConcurrency } from './concurrency/adaptive-concurrency.ts'
import { askByBisection, isWorthBisecting } from './concurrency/bisect.ts'
import { CircuitBreaker } from './concurrency/circuit-breaker.ts'
import type { Semaphore } from './concurrency/semaphore.ts'
import { type IncomingPerson, toBuid } from './incoming-person.ts'
import { type PersonRun, withoutIds } from './person-run.ts'
import type { AskedPerson, BatchShare } from './sources/source.ts'
import { RETRIES } from './terms.ts'

const PATIENCE = { credentials: 1, any: 3 }
const NOT_RETURNED = 'The person was asked for and is not in the answer.'
/** So many people all missing are no coincidence. */
const NO_COINCIDENCE = 5

export interface AnsweredBatch {
  asked: number
  people: IncomingPerson[]
}

export interface Way {
  semaphore: Semaphore
  concurrency: AdaptiveConcurrency
}

/** Asks for people in batches, as concurrently as parameters and lake allow; a batch begins only when the semaphore lets it in. Whoever
 * does not come back, alone or with the whole batch, is postponed. */
export function answeredBatches(
  run: PersonRun,
  people: AsyncIterable<AskedPerson>,
  way: Way,
  signal: AbortSignal,
): AsyncIterable<AnsweredBatch> {
  const { ctx, source } = run
  const breaker = new CircuitBreaker()
  const batches = admitted(batchesOf(people, source.shareOf), way.semaphore, signal)
  const askOne = async (batch: AskedPerson[]) => {
    const answered = await ask(run, breaker, batch)
    way.concurrency.answered()
    return answered
  }
  return ctx.map(batches, ctx.parameters.snapLogicLimit, askOne, { places: () => way.concurrency.questions })
}

async function* admitted(batches: AsyncIterable<AskedPerson[]>, semaphore: Semaphore, signal: AbortSignal): AsyncGenerator<AskedPerson[]> {
  for await (const batch of batches) {
    await semaphore.enter(batch.length, signal)
    yield batch
  }
}

async function ask(run: PersonRun, breaker: CircuitBreaker, batch: readonly AskedPerson[]): Promise<AnsweredBatch> {
  const { tally } = run
  const question = breaker.begin()
  tally.people.batches += 1
  tally.people.asked += batch.length
  tally.tell('people')
  try {
    const answers = await answersFor(run, batch, (error) => failed(run, breaker, question, batch, error))
    const people: IncomingPerson[] = []
    for (const answer of answers) people.push(...(await reconcile(run, answer)))
    if (people.length > 0) breaker.succeeded(question)
    else if (batch.length >= NO_COINCIDENCE && answers.length > 0) failed(run, breaker, question, batch, nobodyOf(batch))
    return { asked: batch.length, people }
  } finally {
    tally.tell('people')
  }
}

interface Answer {
  batch: readonly AskedPerson[]
  texts: Map<string, string>
  dropped: number
  strangers: number
}

/** The answer, or those of the parts of a failed batch; who could not be had is postponed. */
async function answersFor(run: PersonRun, batch: readonly AskedPerson[], onFailure: (error: unknown) => void): Promise<Answer[]> {
  const stops = (error: unknown) => isStop(run.ctx, error)
  try {
    return [await run.ctx.retry({ ...RETRIES, timeoutMs: HOUR_MS }, () => read(run, batch))]
  } catch (error) {
    if (stops(error)) throw error
    // The whole batch has had its retries; its parts get one try each.
    const once = (part: readonly AskedPerson[]) => run.ctx.retry({ timeoutMs: HOUR_MS }, () => read(run, part))
    const apart = isWorthBisecting(batch, error) ? await askByBisection(batch, error, once, stops) : { answers: [], failed: batch, error }
    run.tally.people.failed += apart.failed.length
    await run.postpone(apart.failed, 'person', withoutIds(toPublicMessage(apart.error), idsOf(batch)))
    if (apart.answers.length === 0) onFailure(apart.error)
    return apart.answers
  }
}

function failed(run: PersonRun, breaker: CircuitBreaker, question: number, batch: readonly AskedPerson[], error: unknown): void {
  run.giveUp(breaker, question, PATIENCE, error, 'A batch of people', idsOf(batch))
}

/** All or nothing: a batch that breaks off is asked for again. */
async function read(run: PersonRun, batch: readonly AskedPerson[]): Promise<Answer> {
  const asked = new Set(idsOf(batch))
  const answer: Answer = { batch, texts: new Map(), dropped: 0, strangers: 0 }
  for await (const record of run.source.documentsOf(batch)) {
    if (!isPersonRecord(record)) throw new TidemarkError('refused', { publicMessage: 'The answer holds something that is no person.' })
    const buid = record.kind === 'person' ? toBuid(record.buid) : null
    if (record.kind === 'dropped') answer.dropped += 1
    else if (buid !== null && asked.has(buid)) answer.texts.set(buid, record.text)
    else answer.strangers += 1
  }
  return answer
}

async function reconcile(run: PersonRun, { batch, texts, dropped, strangers }: Answer): Promise<IncomingPerson[]> {
  const { tally } = run
  const missing = batch.filter(({ buid }) => !texts.has(buid))
  tally.people.returned += texts.size
  tally.people.missing += missing.length
  tally.people['empty objects'] += dropped
  tally.people['not asked for'] += strangers
  await run.postpone(missing, 'missing', NOT_RETURNED)
  return batch.flatMap(({ buid, populations }) => {
    const text = texts.get(buid)
    return text === undefined ? [] : [{ buid, populations, text }]
  })
}

function nobodyOf(batch: readonly AskedPerson[]): TidemarkError {
  return new TidemarkError('refused', { publicMessage: `Of ${batch.length} people who were asked for, not one is in the answer.` })
}

function idsOf(batch: readonly AskedPerson[]): string[] {
  return batch.map(({ buid }) => buid)
}

/** Cuts people into batches of one kind whose weights add up to at most that kind's limit; somebody heavier stands alone. A batch is
 * handed on as soon as the next person does not fit, the rest at the end. */
export async function* batchesOf(
  people: AsyncIterable<AskedPerson>,
  shareOf: (person: AskedPerson) => BatchShare,
): AsyncGenerator<AskedPerson[], void, undefined> {
  const open = new Map<string, { batch: AskedPerson[]; weight: number }>()
  for await (const person of people) {
    const { kind, weight, limit } = shareOf(person)
    const current = open.get(kind)
    if (current !== undefined && current.weight + weight <= limit) {
      current.batch.push(person)
      current.weight += weight
      continue
    }
    open.set(kind, { batch: [person], weight })
    if (current !== undefined) yield current.batch
  }
  for (const { batch } of open.values()) yield batch
}
