import { afterEach, beforeEach, expect, it } from 'vitest'
import { withSession } from '#lib/connectors/kit/session.ts'
import { KeptTickets } from '#lib/connectors/kit/starting/kept-tickets.ts'
import { Turns, UNLIMITED } from '#lib/connectors/kit/turns.ts'
import tableauConnector from '#lib/connectors/tableau.ts'
import { beginTableauWorld, type TableauWorld } from '#lib/testing/connectors/tableau-world.ts'

let world: TableauWorld
beforeEach(async () => {
  world = await beginTableauWorld('2026-11-29T12:00:00Z')
})
afterEach(() => world.end())

const signOuts = () => world.tableau.requests.filter((line) => line === 'POST /auth/signout')
const check = (own: Record<string, unknown> = {}) => withSession(tableauConnector, world.connect(own), (session) => session.check())

it('sessions of a connection share one sign-in, which the last to leave gives back', async () => {
  await withSession(tableauConnector, world.connect(), async (first) => {
    expect(await first.check()).toMatchObject({ ok: true })
    expect(await Promise.all([check(), check()])).toMatchObject([{ ok: true }, { ok: true }])
    expect(signOuts()).toEqual([])
    expect(await first.check()).toMatchObject({ ok: true })
  })
  expect([world.tableau.signIns, signOuts().length, world.tableau.isSignedIn]).toEqual([1, 1, false])
  expect(await check()).toMatchObject({ ok: true })
  expect(world.tableau.signIns).toBe(2)
})

it('sessions of one run, one after the other, share one sign-in, which the run gives back', async () => {
  const tickets = new KeptTickets()
  for (let i = 0; i < 3; i++)
    expect(await withSession(tableauConnector, { ...world.connect(), tickets }, (session) => session.check())).toMatchObject({ ok: true })
  expect([world.tableau.signIns, signOuts().length]).toEqual([1, 0])
  await tickets.close()
  expect([signOuts().length, world.tableau.isSignedIn]).toEqual([1, false])
})

it('a session that somebody else has ended signs in anew, once for all', async () => {
  await withSession(tableauConnector, world.connect(), (first) =>
    withSession(tableauConnector, world.connect(), async (second) => {
      await first.check()
      await second.check()
      // Another program with the same token, which knows nothing of this one.
      await withSession(tableauConnector, { ...world.connect(), turns: new Turns(world.clock, UNLIMITED) }, (other) => other.check())
      expect(await Promise.all([first.check(), second.check()])).toMatchObject([{ ok: true }, { ok: true }])
      expect(world.tableau.signIns).toBe(3)
    }),
  )
  expect(world.tableau.isSignedIn).toBe(false)
})

it('a connection that is set up anew signs in by its own token', async () => {
  await withSession(tableauConnector, world.connect(), async (first) => {
    await first.check()
    expect(await check({ tokenName: 'another' })).toMatchObject({ ok: true })
  })
  expect(world.tableau.signIns).toBe(2)
})

it('a sign-in that is broken off with its session is made by the next', async () => {
  world.tableau.fail({ kind: 'silent' }, /signin/)
  const gone = new AbortController()
  const first = withSession(tableauConnector, { ...world.connect(), signal: gone.signal }, (session) => session.check())
  while (world.tableau.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const second = check()
  gone.abort()
  expect(await first).toMatchObject({ ok: false })
  expect(await second).toMatchObject({ ok: true })
})

it('a token that is refused is tried once by a session, however much it is asked', async () => {
  const refused = world.ask((session) => Promise.all(Array.from({ length: 5 }, () => session.check())), { tokenSecret: 'other-than-that' })
  expect((await refused).every(({ ok }) => !ok)).toBe(true)
  expect(world.tableau.requests.filter((line) => line === 'POST /auth/signin')).toHaveLength(1)
})
