import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Context, closeContext } from '#lib/db/context.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { isAudited } from './act.ts'
import { forgiveTries, refuseKnown, requireTry, triesOf } from './tries.ts'

const START = Date.UTC(2026, 10, 20, 12)
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

/** What became of a try in one of the processes: it went on, or was refused, with an entry in the audit to come or without. */
async function tried(account: string | null, address: string | null, index = 0) {
  const ctx = processes[index]
  if (ctx === undefined) throw new Error('no such process')
  const keys = triesOf(account, address)
  try {
    refuseKnown(ctx, keys)
    await requireTry(ctx, keys)
    return 'goes on'
  } catch (error) {
    return `${(error as Error).message}${isAudited(error) ? '' : ' (entry)'}`
  }
}
const many = async (count: number, account: (i: number) => string, address: (i: number) => string) => {
  const answers = []
  for (let i = 0; i < count; i += 1) answers.push(await tried(account(i), address(i)))
  return answers
}
const GO_ON = (count: number) => Array<string>(count).fill('goes on')

describe('tries', () => {
  it('of one account are ten in a quarter of an hour, from wherever; the first that is refused has an entry for all', async () => {
    const answers = await many(
      13,
      () => 'ada',
      (i) => `10.0.0.${i}`,
    )
    const words = 'Too many tries. Try again in 15 minutes.'
    expect(answers).toEqual([...GO_ON(10), `${words} (entry)`, words, words])
    expect(await tried('bob', '10.0.0.1')).toBe('goes on')
    clock.set(START + 14 * MINUTE_MS)
    expect(await tried(' ADA ', '10.0.0.99')).toBe('Too many tries. Try again in 1 minute.')
    clock.set(START + 15 * MINUTE_MS)
    expect(
      await many(
        11,
        () => 'ada',
        (i) => `10.0.0.${i}`,
      ),
    ).toEqual([...GO_ON(10), `${words} (entry)`])
  })

  it.each([
    ['IPv4', '10.0.0.1', '10.0.0.1', '10.0.0.2'],
    ['IPv6, however it is spelt', '2001:0DB8:0001:2::1', '2001:db8:1:2:0:0:0:9', '2001:db8:1:3::1'],
    ['IPv4 in an address of IPv6', '::ffff:10.0.0.1', '10.0.0.1', '::ffff:10.0.0.2'],
    ['IPv6, whose customers have a network each', '2001:db8:1:2::1', '2001:db8:1:2:a:b:c:d', '2001:db8:1:3::1'],
  ])('from one address are thirty, whatever the account: %s', async (_, address, same, other) => {
    const answers = await many(
      31,
      (i) => `nobody${i}`,
      () => address,
    )
    expect(answers.slice(0, 30)).toEqual(GO_ON(30))
    expect(answers[30]).toContain('Too many tries')
    expect(await tried('ada', same)).toContain('Too many tries')
    expect(await tried('ada', other)).toBe('goes on')
    expect(await tried(null, other)).toBe('goes on')
  })

  it('are counted for all web processes together, also when they come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 45 }, (_, i) => tried('ada', `10.0.1.${i}`, i % 3)))
    expect(answers.filter((answer) => answer === 'goes on')).toHaveLength(10)
    expect(answers.filter((answer) => answer.endsWith('(entry)'))).toHaveLength(1)
  })

  it('that went wrong count no more for somebody who got in, and their address is none the worse', async () => {
    await many(
      9,
      () => 'ada',
      () => '10.0.0.1',
    )
    const [ctx] = processes
    if (ctx !== undefined) await forgiveTries(ctx, triesOf('ada', '10.0.0.1'))
    expect((await ctx?.whole.query('select key, tries from try_count'))?.rows).toEqual([{ key: 'address:10.0.0.1', tries: 8 }])
    expect(
      await many(
        10,
        () => 'ada',
        (i) => `10.0.2.${i}`,
      ),
    ).toEqual(GO_ON(10))
  })

  it('keep nothing of what was typed as an account', async () => {
    await tried('my password, by mistake', '10.0.0.1')
    const rows = JSON.stringify((await processes[0]?.whole.query('select * from try_count'))?.rows)
    expect(rows).toContain('account:')
    expect(rows).not.toContain('password')
  })
})
