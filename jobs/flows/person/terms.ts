import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { isStop } from '#lib/engine/run/scope.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { CircuitBreaker } from './concurrency/circuit-breaker.ts'
import { type PersonRun, withoutIds } from './person-run.ts'
import type { AskedPerson, Member } from './sources/source.ts'

/** Five tries: after 10, 30, 90 and 270 seconds. Waiting people hold no slot. */
export const RETRIES = { retries: 4, backoffMs: 10 * SECOND_MS, backoffFactor: 3, backoffMaxMs: 270 * SECOND_MS }
const TRY_MS = 5 * MINUTE_MS
/** How many more per lookup may wait for their next try. */
const WAITING_PER_LOOKUP = 50
const PATIENCE = { credentials: 3, any: 20 }

/** Looks up everybody's terms, as concurrently as parameters say and only as fast as the next stage takes them. A failed lookup
 * postpones the person: without terms the document would be poorer than the one in the lake. */
export function withTerms(run: PersonRun, members: Iterable<Member>): AsyncIterable<AskedPerson> {
  const { psQueryLimit, queueSize } = run.ctx.parameters
  const breaker = new CircuitBreaker()
  const waitingMax = Math.min(psQueryLimit * WAITING_PER_LOOKUP, queueSize)
  return found(run.ctx.map(members, psQueryLimit, (member) => lookUp(run, breaker, member), { waitingMax }))
}

async function* found(people: AsyncIterable<AskedPerson | null>): AsyncGenerator<AskedPerson> {
  for await (const person of people) if (person !== null) yield person
}

async function lookUp(run: PersonRun, breaker: CircuitBreaker, member: Member): Promise<AskedPerson | null> {
  const { tally, source } = run
  if (!source.needsTerms(member)) return { ...member, terms: [], facultyTerms: [] }
  const question = breaker.begin()
  try {
    const terms = await askForTerms(run, member)
    breaker.succeeded(question)
    const rows = terms.terms.length + terms.facultyTerms.length
    tally.terms.rows += rows
    tally.terms[rows === 0 ? 'none' : 'found'] += 1
    return { ...member, ...terms }
  } catch (error) {
    if (isStop(run.ctx, error)) throw error
    tally.terms.failed += 1
    await run.postpone([member], 'terms', withoutIds(toPublicMessage(error), [member.buid]))
    run.giveUp(breaker, question, PATIENCE, error, 'The term lookup', [member.buid])
    tally.done(1)
    return null
  } finally {
    tally.tell('terms')
  }
}

async function askForTerms({ ctx, source, tally }: PersonRun, member: Member) {
  tally.terms.asked += 1
  let waiting = false
  const settle = () => {
    if (waiting) tally.terms.waiting -= 1
    waiting = false
  }
  const onWait = () => {
    tally.terms.waiting += 1
    waiting = true
  }
  try {
    return await ctx.retry({ ...RETRIES, timeoutMs: TRY_MS, onWait }, () => {
      settle()
      return source.termsOf(member)
    })
  } finally {
    settle()
  }
}
