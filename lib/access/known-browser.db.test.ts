import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson, PASSWORD } from '#lib/testing/database/people.ts'
import { knownBrowserCookie, knownBrowserIn } from './known-browser.ts'
import { signIn } from './sign-in.ts'
import { requireTry, triesOf } from './tries.ts'

const SITE = siteOf('localhost:3000', 'http://localhost:3000')
const START = systemClock.now()
const TOO_MANY = 'Too many tries. Try again in 15 minutes.'
const [ADA, BOB] = ['ada@example.edu', 'bob@example.edu'] as const

const clock = new FakeClock(START)
let database: TestDatabase
let ctx: Context
/** What the browser in which Ada signed in before sends along. */
let kept: string

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = { ...database.context(clock, visitor()), from: '10.0.0.1' }
  for (const name of ['ada', 'bob']) await addPerson(ctx, name)
})
afterAll(() => database.drop())
beforeEach(async () => {
  clock.set(clock.now() + DAY_MS)
  kept = knownBrowserCookie(ctx, SITE, 'Ada@example.edu').split(';')[0] ?? ''
  for (const email of [ADA, BOB]) await exhaust((from) => triesOf(email, from))
})

/** Ten tries, each from another address than all others. */
async function exhaust(keysFrom: (address: string) => ReturnType<typeof triesOf>): Promise<void> {
  await ctx.whole.query("delete from try_count where key like 'address:%'")
  for (let i = 0; i < 10; i += 1) await requireTry(ctx, keysFrom(`10.9.0.${i}`))
}

const signsIn = (email: string, cookieHeader: string | null) =>
  signIn(ctx, { email, password: PASSWORD, cookieHeader }, { site: SITE, name: null, sessionId: null }).then(
    () => 'in',
    (error: { publicMessage: string }) => error.publicMessage,
  )

it('others who use up the tries of an account keep out whoever signs in elsewhere, and not its owner in their own browser', async () => {
  expect(await signsIn(ADA, null)).toBe(TOO_MANY)
  expect(await signsIn(ADA, kept)).toBe('in')
})

it('a browser is known for one account, by what this page has sealed alone', async () => {
  expect(await signsIn(BOB, kept)).toBe(TOO_MANY)
  expect(await signsIn(ADA, `${kept.slice(0, -2)}--`)).toBe(TOO_MANY)
  expect(await signsIn(ADA, `${kept}; ${kept}`)).toBe(TOO_MANY)
})

it('it has ten tries of its own', async () => {
  const id = knownBrowserIn(ctx, SITE, kept, ADA)
  await exhaust((from) => triesOf(ADA, from, id))
  expect(await signsIn(ADA, kept)).toBe(TOO_MANY)
})

it('it is known for 180 days', async () => {
  const at = clock.now()
  clock.set(at + 180 * DAY_MS - 1)
  expect(knownBrowserIn(ctx, SITE, kept, ADA)).not.toBeNull()
  clock.set(at + 180 * DAY_MS)
  expect(knownBrowserIn(ctx, SITE, kept, ADA)).toBeNull()
})
