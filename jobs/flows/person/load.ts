import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { inScope } from '#lib/engine/run/scope.ts'
import { type AnsweredBatch, answeredBatches, type Way } from './ask-in-batches.ts'
import { AdaptiveConcurrency } from './concurrency/adaptive-concurrency.ts'
import { Semaphore } from './concurrency/semaphore.ts'
import type { PersonRun } from './person-run.ts'
import type { Member } from './sources/source.ts'
import { withTerms } from './terms.ts'

export const LOAD = 'load'
const PEOPLE_PER_TRANSACTION = 500
const RETRIES = { retries: 4, backoffMs: SECOND_MS, backoffMaxMs: 20 * SECOND_MS }

/** Loads members in stages: terms, batches, documents, transactions. Each has a limit, so that a slow lake slows the questions down.
 * When one throws, all have ended before this does. */
export async function loadMembers(run: PersonRun, members: Iterable<Member>): Promise<void> {
  const { ctx, tally } = run
  const over = new AbortController()
  const signal = AbortSignal.any([ctx.signal, over.signal])
  const way = { semaphore: new Semaphore(ctx.parameters.queueSize), concurrency: new AdaptiveConcurrency(ctx.parameters.snapLogicLimit) }
  try {
    await inScope({ signal, slot: null }, async () => {
      const answered = answeredBatches(run, withTerms(run, members), way, signal)
      for await (const asked of ctx.map(answered, ctx.parameters.insertLimit, (batch) => load(run, batch, way))) tally.done(asked)
    })
  } finally {
    over.abort(new Error('the stages of this run have ended'))
  }
}

async function load({ ctx, store, tally }: PersonRun, { asked, people }: AnsweredBatch, way: Way): Promise<number> {
  way.concurrency.taken()
  for await (const part of ctx.batch(people, PEOPLE_PER_TRANSACTION)) tally.merged(await ctx.retry(RETRIES, () => store.merge(LOAD, part)))
  way.semaphore.leave(asked)
  // Whoever did not come back is done, too.
  return asked
}
