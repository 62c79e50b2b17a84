import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asActor, type Context, closeContext } from '#lib/db/context.ts'
import { atTerminal, person, visitor, WORKER } from '#lib/domain/access/actor.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { auditRefusal, isAudited } from './act.ts'
import { countRefused, requireOrderRoom, type Sender } from './limit.ts'

const START = Date.UTC(2026, 10, 20, 12)
const ADA = person({ id: 'ada', name: 'Ada', role: 'engineer', audience: null })
const clock = new FakeClock(START)
let database: TestDatabase
let processes: Context[]

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  clock.set(START)
  await Promise.all((processes ?? []).map(closeContext))
  processes = [1, 2, 3].map(() => database.context(clock, visitor()))
  await processes[0]?.whole.query('truncate try_count')
})

type Who = Pick<Context, 'actor' | 'from'>
const ada: Who = { actor: ADA, from: '192.0.2.1' }
const nobody = (from: string): Who => ({ actor: visitor(), from })
/** One of the processes as it serves one request. */
const asked = ({ actor, from }: Who, index = 0): Context => {
  const ctx = processes[index % 3]
  if (ctx === undefined) throw new Error('no such process')
  return { ...asActor(ctx, actor), from }
}

/** What became of an order: it goes on, or was refused, with an entry in the audit to come or without. */
async function ordered(who: Who, index = 0, sender: Sender = 'own page') {
  try {
    await requireOrderRoom(asked(who, index), sender)
    return 'goes on'
  } catch (error) {
    return `${(error as Error).message}${isAudited(error) ? '' : ' (entry)'}`
  }
}
const orders = (count: number, who: Who, sender?: Sender) => Promise.all(Array.from({ length: count }, (_, i) => ordered(who, i, sender)))
const refusedBefore = (count: number, who: Who, sender: Sender = 'own page') =>
  Promise.all(Array.from({ length: count }, (_, i) => countRefused(asked(who, i), sender)))
const tally = (answers: readonly string[]) => {
  const counts: Record<string, number> = {}
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1
  return counts
}
const TOO_MANY = 'Too many orders in a short time. Try again in 1 minute.'
const REFUSED = 'Too many orders in a short time. Try again in 15 minutes.'

describe('orders', () => {
  it('of one person are a hundred and twenty a minute whatever process takes them; one entry stands for all that are refused', async () => {
    expect(tally(await orders(150, ada))).toEqual({ 'goes on': 120, [TOO_MANY]: 29, [`${TOO_MANY} (entry)`]: 1 })
    clock.set(START + MINUTE_MS)
    expect(await ordered(ada, 1)).toBe('goes on')
  })

  it('of one person keep nobody else from ordering, from the same address either', async () => {
    await orders(121, ada)
    expect(await ordered({ ...ada, actor: { ...ADA, id: 'grace', name: 'Grace' } })).toBe('goes on')
    expect(await ordered(nobody('192.0.2.1'))).toBe('goes on')
  })

  it('say in how many seconds to come again', async () => {
    await orders(120, ada)
    clock.set(START + MINUTE_MS / 2)
    await expect(requireOrderRoom(asked(ada), 'own page')).rejects.toMatchObject({ code: 'too-many', retryAfterMs: MINUTE_MS / 2 })
  })

  it('of the command line and of workers are not counted: they have the database anyway', async () => {
    for (const actor of [atTerminal('ada'), WORKER]) expect(tally(await orders(130, { actor, from: null }))).toEqual({ 'goes on': 130 })
    expect((await asked(ada).whole.query('select 1 from try_count')).rows).toEqual([])
  })
})

describe('refused orders', () => {
  it('are two hundred in a quarter of an hour, from one address where nobody is known; then none is looked at', async () => {
    await refusedBefore(199, nobody('192.0.2.1'))
    expect(await ordered(nobody('192.0.2.1'))).toBe('goes on')
    await refusedBefore(1, nobody('192.0.2.1'))
    expect(tally(await orders(9, nobody('192.0.2.1')))).toEqual({ [REFUSED]: 8, [`${REFUSED} (entry)`]: 1 })
    expect(await ordered(nobody('192.0.2.2'))).toBe('goes on')
    expect(await ordered(ada)).toBe('goes on')
    clock.set(START + 15 * MINUTE_MS)
    expect(await ordered(nobody('192.0.2.1'))).toBe('goes on')
  })

  it('are counted by the network of an IPv6 address', async () => {
    await refusedBefore(200, nobody('2001:db8:1:2::1'))
    expect(await ordered(nobody('2001:db8:1:2:ffff::9'))).toBe(`${REFUSED} (entry)`)
    expect(await ordered(nobody('2001:db8:1:3::1'))).toBe('goes on')
  })

  it('that another page lets a browser send keep nobody from ordering here', async () => {
    await refusedBefore(200, nobody('192.0.2.1'), 'elsewhere')
    expect(await ordered(nobody('192.0.2.1'), 0, 'elsewhere')).toBe(`${REFUSED} (entry)`)
    expect(await ordered(nobody('192.0.2.1'))).toBe('goes on')
  })

  it('that are too many leave one entry in the audit, however many come', async () => {
    const who = nobody('192.0.2.1')
    await refusedBefore(200, who)
    for (let i = 0; i < 30; i += 1) {
      const error = await requireOrderRoom(asked(who, i), 'own page').catch((refusal: unknown) => refusal)
      await auditRefusal(asked(who, i), { action: 'run.request', target: null }, error)
    }
    const { rows } = await asked(who).whole.query('select action, refusal from audit')
    expect(rows).toEqual([{ action: 'run.request', refusal: `${REFUSED} Further refusals of the next 15 minutes are not listed.` }])
  })
})
