import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { putDemoPeople } from '#lib/access/demo.ts'
import { invite } from '#lib/access/invitations.ts'
import { bringBack, changeRole, endPerson } from '#lib/access/people.ts'
import { startSession } from '#lib/access/sessions.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { claimLetters, recordLetterOutcome } from '#lib/db/messages/letters.ts'
import type { Person } from '#lib/db/people/people.ts'
import { putSetting } from '#lib/db/settings.ts'
import { person } from '#lib/domain/access/actor.ts'
import { DEMO_PEOPLE } from '#lib/domain/access/demo-people.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { getPeoplePage } from './people-page.ts'

const SITE = siteOf('localhost:3000', 'http://localhost:3000')
const START = systemClock.now()
const clock = new FakeClock(START)
let database: TestDatabase
let ctx: Context
let ada: Person
let grace: Person
let root: Context

const nobody = { oidc: [], people: [] }
const rules = (more: object = {}) => putSetting(ctx.whole, 'people', { roles: [], audiences: [], oidc: null, mail: null, ...more })

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  clock.set(START)
  ctx = database.context(clock)
  await ctx.whole.query('truncate person, invitation cascade')
  await ctx.whole.query('delete from outbox')
  await rules()
  ada = await addPerson(ctx, 'ada', 'viewer', 'finance')
  grace = await addPerson(ctx, 'grace', 'admin')
  root = asActor(ctx, person({ id: grace.id, name: 'Grace', role: 'admin', audience: null }))
})

const rowOf = async ({ id }: Person) => (await getPeoplePage(ctx)).people.find((row) => row.id === id)

describe('the people an admin sees', () => {
  it('are the demo’s by one click there, and nowhere else', async () => {
    await putDemoPeople(ctx)
    const demo = async () => (await getPeoplePage(ctx)).people.filter(({ isDemo }) => isDemo).map(({ email }) => email)
    expect(await demo()).toEqual([])
    await putSetting(ctx.whole, 'page', { name: 'Campus', zone: 'America/New_York', readyBy: '08:00', url: null, demo: true })
    expect((await demo()).sort()).toEqual(DEMO_PEOPLE.map(({ email }) => email).sort())
  })

  it('are told with their role, how they sign in, and when they were last seen', async () => {
    expect(await rowOf(ada)).toMatchObject({
      ...{ name: 'Ada', email: 'ada@example.edu', role: 'viewer', audience: 'finance', endedAt: null },
      ...{ hasPassword: true, hasProvider: false, sessions: 0, lastSeenAt: null },
    })
    await startSession(ctx, SITE, ada, null)
    const seen = await rowOf(ada)
    expect(seen?.sessions).toBe(1)
    expect(Math.abs((seen?.lastSeenAt ?? 0) - START)).toBeLessThan(HOUR_MS)
    clock.set(START + 2 * DAY_MS)
    await changeRole(root, ada.id, { role: 'engineer', audience: null })
    expect((await rowOf(grace))?.lastSeenAt).toBe(START + 2 * DAY_MS)
  })

  it('are not looked for in the whole audit, however long it has grown', async () => {
    await ctx.whole.query(
      "insert into audit (at, actor_kind, actor_id, role, origin, action, target) select now(), 'person', n % 5, 'viewer', 'page', 'sign-in', '*' from generate_series(1, 20000) n",
    )
    await ctx.whole.query('analyze audit')
    const asked = vi.spyOn(ctx.pool, 'query')
    await getPeoplePage(ctx)
    const texts = asked.mock.calls.map(([text]) => String(text))
    asked.mockRestore()
    const text = texts.find((each) => each.includes('from audit')) ?? ''
    const plan = JSON.stringify((await ctx.whole.query(`explain ${text}`, [new Date(START)])).rows)
    expect(plan).toContain('audit_actor_id_at_idx')
    expect(plan).not.toContain('Seq Scan on audit')
  })

  it('may do what a rule gives them beside what was given to them, and both are told', async () => {
    const finance = { audience: 'finance', for: nobody }
    await rules({ roles: [{ role: 'engineer', for: { oidc: [], people: ['ada@example.edu'] } }], audiences: [finance] })
    expect(await rowOf(ada)).toMatchObject({ role: 'viewer', effective: { role: 'engineer', audience: 'finance' } })
    await rules({ roles: [{ role: 'admin', for: { oidc: ['data-team'], people: [] } }], audiences: [finance] })
    expect(await rowOf(ada)).toMatchObject({ effective: { role: 'viewer', audience: 'finance' } })
    await startSession(ctx, SITE, ada, null)
    await ctx.whole.query(`update person_session set method = 'oidc', claims = '{"groups": ["data-team"]}'`)
    expect(await rowOf(ada)).toMatchObject({ role: 'viewer', effective: { role: 'admin', audience: null } })
  })

  it('see everything where the catalogue has no audiences, and what is left where theirs is gone', async () => {
    expect(await rowOf(ada)).toMatchObject({ audience: 'finance', effective: { audience: null } })
    await rules({ audiences: [{ audience: 'board', for: nobody }] })
    expect(await rowOf(ada)).toMatchObject({ audience: 'finance', effective: { audience: 'everybody' } })
    expect((await getPeoplePage(ctx)).audiences).toEqual(['board', 'everybody'])
  })

  it('stay in the list, behind the others, when they get in no more, and come back as they were', async () => {
    await endPerson(root, ada.id)
    expect((await getPeoplePage(ctx)).people.map(({ name, endedAt }) => [name, endedAt !== null])).toEqual([
      ['Grace', false],
      ['Ada', true],
    ])
    await bringBack(root, ada.id, 'she is back')
    expect(await rowOf(ada)).toMatchObject({ endedAt: null, role: 'viewer', audience: 'finance', hasPassword: true })
    await expect(bringBack(root, ada.id)).rejects.toThrow('gets in already')
    const { rows } = await ctx.whole.query(
      "select actor_id, reason, refusal from audit where action = 'person.return' order by id desc limit 2",
    )
    expect(rows).toEqual([
      { actor_id: grace.id, reason: null, refusal: 'Ada gets in already.' },
      { actor_id: grace.id, reason: 'she is back', refusal: null },
    ])
  })
})

describe('invitations', () => {
  it('are told while they can be accepted, with who made them and what became of the mail', async () => {
    await rules({ mail: { from: 'tidemark@example.edu', smtp: '${SMTP_URL}' } })
    await invite(root, { email: 'eve@example.edu', role: 'engineer', audience: null })
    await invite(root, { email: null, role: 'viewer', audience: null })
    const told = async () =>
      Object.fromEntries(
        (await getPeoplePage(ctx)).invitations.map(({ email, mail, madeByName }) => [email ?? 'anybody', [mail?.state, madeByName]]),
      )
    expect(await told()).toEqual({ 'eve@example.edu': ['waiting', 'Grace'], anybody: [undefined, 'Grace'] })
    const [letter] = await claimLetters(ctx.whole, START, HOUR_MS, 1)
    if (letter === undefined) throw new Error('no letter')
    await recordLetterOutcome(ctx.whole, letter, { deliveredAt: null, givenUpAt: START, nextAttemptAt: null, problem: 'No.' })
    expect(await told()).toMatchObject({ 'eve@example.edu': ['given up', 'Grace'] })
    clock.set(START + 7 * DAY_MS)
    expect(await told()).toEqual({})
  })
})

describe('the last admin', () => {
  it('stays, also when two admins take each other’s role at the same moment', async () => {
    const eve = await addPerson(ctx, 'eve', 'admin')
    const asEve = asActor(ctx, person({ id: eve.id, name: 'Eve', role: 'admin', audience: null }))
    const ended = await Promise.allSettled([changeRole(asEve, grace.id, { role: 'viewer', audience: null }), endPerson(root, eve.id)])
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const { rows } = await ctx.whole.query("select 1 from person where role = 'admin' and ended_at is null")
    expect(rows).toHaveLength(1)
  })
})
