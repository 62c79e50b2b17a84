import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { endPerson } from '#lib/access/people.ts'
import { startSession, whoAsks } from '#lib/access/sessions.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { putPeopleSettings } from '#lib/db/people/people-settings.ts'
import { endTokenRow, insertToken } from '#lib/db/people/tokens.ts'
import { putSetting } from '#lib/db/settings.ts'
import { atTerminal } from '#lib/domain/access/actor.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { endStreams } from './end-streams.ts'
import type { Listener } from './event-stream.ts'

const SITE = siteOf('localhost:3000', 'http://localhost:3000')
const clock = new FakeClock(systemClock.now())
let database: TestDatabase
let context: Context
let stopping: AbortController
let listeners: Set<Listener>
let ended: string[]
let watching: Promise<void>

beforeEach(async () => {
  database = await createTestDatabase()
  context = database.context(clock, atTerminal('root'))
  stopping = new AbortController()
  listeners = new Set()
  ended = []
  watching = endStreams({ context, listeners, stopping })
})
afterEach(async () => {
  stopping.abort()
  await watching
  await database.drop()
})

async function listen(name: string): Promise<{ id: string; sessionId: string }> {
  const person = await addPerson(context, name)
  const cookie = (await startSession(context, SITE, person, null)).split(';')[0] ?? ''
  const sessionId = (await whoAsks(context, SITE, cookie))?.sessionId ?? ''
  follow(name, sessionId)
  return { id: person.id, sessionId }
}
function follow(name: string, sessionId: string | null, tokenId: string | null = null): void {
  const listener: Listener = {
    audience: null,
    sessionId,
    tokenId,
    from: null,
    tell: () => {},
    end() {
      listeners.delete(listener)
      ended.push(name)
    },
  }
  listeners.add(listener)
}
const FIVE_SECONDS_MS = 5000
const PATIENT = { timeout: 20_000, interval: 20 }

it('ends the stream of a session that has ended and of somebody who gets in no more within five seconds, and no other', async () => {
  const [ada, bob] = [await listen('ada'), await listen('bob')]
  await listen('cleo')
  follow('visitor', null)
  await context.whole.query('delete from person_session where id = $1', [ada.sessionId])
  await endPerson(asActor(context, atTerminal('root')), bob.id)
  await vi.waitFor(async () => {
    await clock.advance(FIVE_SECONDS_MS)
    expect(ended.sort()).toEqual(['ada', 'bob'])
  }, PATIENT)
  expect(listeners.size).toBe(2)
})

it('ends the stream of somebody who sees something else by now', async () => {
  await listen('ada')
  await putPeopleSettings(context.whole, {
    people: { roles: [], oidc: null, mail: null },
    audiences: [{ key: 'records', groups: ['records'], for: { oidc: [], people: [] } }],
  })
  await vi.waitFor(async () => {
    await clock.advance(FIVE_SECONDS_MS)
    expect(ended).toEqual(['ada'])
  }, PATIENT)
})

it('ends the stream of a token that was ended, has expired, or whose owner gets in no more, and no other', async () => {
  const [ada, bob] = [await addPerson(context, 'ada'), await addPerson(context, 'bob')]
  const now = clock.now()
  const follows = async (name: string, ownerId: string, forMs: number) => {
    const token = { kind: 'token' as const, name, hint: name, scopes: ['read' as const], audience: null, ownerId }
    const id = await insertToken(context.whole, { ...token, tokenHash: name.padEnd(64, '0'), createdAt: now, expiresAt: now + forMs })
    follow(name, null, id)
    return id
  }
  await endTokenRow(context.whole, await follows('ended', ada.id, DAY_MS), now)
  await follows('expired', ada.id, FIVE_SECONDS_MS - 1)
  await follows('of bob', bob.id, DAY_MS)
  await follows('good', ada.id, DAY_MS)
  await endPerson(asActor(context, atTerminal('root')), bob.id)
  await vi.waitFor(async () => {
    await clock.advance(FIVE_SECONDS_MS)
    expect(ended.sort()).toEqual(['ended', 'expired', 'of bob'])
  }, PATIENT)
  expect(listeners.size).toBe(1)
})

it('ends the stream of a token whose owner sees something else by now', async () => {
  const ada = await addPerson(context, 'ada')
  const token = { kind: 'token' as const, name: 'loader', hint: 'oad1', scopes: ['read' as const], audience: null, ownerId: ada.id }
  const at = { createdAt: clock.now(), expiresAt: clock.now() + DAY_MS }
  follow('loader', null, await insertToken(context.whole, { ...token, ...at, tokenHash: 'loader'.padEnd(64, '0') }))
  await putPeopleSettings(context.whole, {
    people: { roles: [], oidc: null, mail: null },
    audiences: [{ key: 'records', groups: ['records'], for: { oidc: [], people: [] } }],
  })
  await vi.waitFor(async () => {
    await clock.advance(FIVE_SECONDS_MS)
    expect(ended).toEqual(['loader'])
  }, PATIENT)
})

it('ends the streams of strangers once the page is private, and of nobody else', async () => {
  await listen('ada')
  const bob = await addPerson(context, 'bob')
  const token = { kind: 'token' as const, name: 'loader', hint: 'oad1', scopes: ['read' as const], audience: null, ownerId: bob.id }
  const at = { createdAt: clock.now(), expiresAt: clock.now() + DAY_MS }
  follow('loader', null, await insertToken(context.whole, { ...token, ...at, tokenHash: 'loader'.padEnd(64, '0') }))
  follow('visitor', null)
  await putSetting(context.whole, 'access', 'private')
  await vi.waitFor(async () => {
    await clock.advance(FIVE_SECONDS_MS)
    expect(ended).toEqual(['visitor'])
  }, PATIENT)
  expect(listeners.size).toBe(2)
})
