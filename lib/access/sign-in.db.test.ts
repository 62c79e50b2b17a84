import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { asActor, type Context } from '#lib/db/context.ts'
import { putPeopleSettings } from '#lib/db/people/people-settings.ts'
import { endSessions } from '#lib/db/people/sessions.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson, PASSWORD } from '#lib/testing/database/people.ts'
import { endPerson } from './people.ts'
import { endOwnSessions, ownAccount, sessionsNow, signOut, whoAsks } from './sessions.ts'
import { type Browser, changePassword, signIn } from './sign-in.ts'

const SITE = siteOf('localhost:3000', 'http://localhost:3000')
const BROWSER: Browser = { site: SITE, name: 'Test Browser', sessionId: null }
// The library reads the clock of the machine: a later one is moved from there, as it is when each test begins.
let start = systemClock.now()
const clock = new FakeClock(start)
let database: TestDatabase
let ctx: Context

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

let asked = 0
beforeEach(async () => {
  start = systemClock.now()
  clock.set(start)
  asked += 1
  ctx = { ...database.context(clock, visitor()), from: `10.0.0.${asked}` }
  await ctx.whole.query('truncate person cascade')
  await ctx.whole.query('truncate try_count')
})

const cookieOf = (header: string) => header.split(';')[0] ?? ''
const asks = (header: string) => whoAsks(ctx, SITE, cookieOf(header))
const tried = (email: string, password: string, who = ctx) =>
  signIn(who, { email, password }, BROWSER).then(
    () => 'in',
    (error: { code: string; publicMessage: string }) => error.publicMessage,
  )
async function entries(action = 'sign-in') {
  const { rows } = await ctx.whole.query<{ actor: string | null; target: string; refusal: string | null }>(
    'select actor, target, refusal from audit where address = $1 and action = $2 order by id',
    [ctx.from, action],
  )
  return rows
}
const WRONG = 'This address and this password do not go together.'

describe('signing in', () => {
  it('gives a browser a session by which its owner is known, with role and audience, and leaves one entry', async () => {
    const ada = await addPerson(ctx, 'ada', 'engineer')
    const header = await signIn(ctx, { email: ' Ada@Example.edu ', password: PASSWORD }, BROWSER)
    expect((await asks(header))?.actor).toEqual({ kind: 'person', id: ada.id, name: 'Ada', role: 'engineer', audience: null })
    expect(await entries()).toEqual([{ actor: 'Ada', target: `person:${ada.id}`, refusal: null }])
    expect(await ownAccount(asActor(ctx, { ...visitor(), kind: 'person', id: ada.id }))).toMatchObject({
      ...{ person: { name: 'Ada' }, hasPassword: true },
      sessions: [{ from: ctx.from, browser: 'Test Browser', method: 'password' }],
    })
  })

  it('asks the database once who somebody is and what the rules in force let them do', async () => {
    await addPerson(ctx, 'ada')
    const header = await signIn(ctx, { email: 'ada@example.edu', password: PASSWORD }, BROWSER)
    const people = { roles: [{ role: 'engineer' as const, for: { oidc: [], people: ['ada@example.edu'] } }], oidc: null, mail: null }
    await putPeopleSettings(ctx.whole, {
      people,
      audiences: [{ key: 'money', groups: [], for: { oidc: [], people: ['ada@example.edu'] } }],
    })
    const statements = vi.spyOn(ctx.whole, 'query')
    expect((await asks(header))?.actor).toMatchObject({ role: 'engineer', audience: 'money' })
    expect(statements).toHaveBeenCalledTimes(1)
    statements.mockRestore()
    await ctx.whole.query("delete from setting where key = 'people'")
    expect((await asks(header))?.actor).toMatchObject({ role: 'viewer', audience: null })
  })

  it('gives a cookie that no script reads, of this host alone, and beyond this machine over https alone', async () => {
    await addPerson(ctx, 'ada')
    const given = { email: 'ada@example.edu', password: PASSWORD }
    const attributes = /; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800(.*)$/
    const here = await signIn(ctx, given, BROWSER)
    expect([here.split('=')[0], attributes.exec(here)?.[1]]).toEqual(['tidemark-3000', ''])
    const site = siteOf('status.example.edu', 'https://status.example.edu')
    const there = await signIn(ctx, given, { ...BROWSER, site })
    expect([there.split('=')[0], attributes.exec(there)?.[1]]).toEqual(['__Host-tidemark', '; Secure'])
    expect(await whoAsks(ctx, site, cookieOf(here))).toBeNull()
    expect(await whoAsks(ctx, SITE, cookieOf(there))).toBeNull()
  })

  it('is refused, before anything is compared, where no browser would keep it', async () => {
    const site = siteOf('status.example.edu', 'http://status.example.edu')
    await expect(signIn(ctx, { email: 'a@b.example', password: PASSWORD }, { ...BROWSER, site })).rejects.toMatchObject({
      publicMessage: expect.stringContaining('TIDEMARK_URL'),
    })
  })

  it('takes nothing a browser brought along: what was there before ends, and the new session is another', async () => {
    await addPerson(ctx, 'ada')
    await addPerson(ctx, 'mallory')
    const planted = await signIn(ctx, { email: 'mallory@example.edu', password: PASSWORD }, BROWSER)
    const sessionId = (await asks(planted))?.sessionId ?? ''
    const own = await signIn(ctx, { email: 'ada@example.edu', password: PASSWORD }, { ...BROWSER, sessionId })
    expect(cookieOf(own)).not.toBe(cookieOf(planted))
    expect(await asks(planted)).toBeNull()
    expect((await asks(own))?.actor.name).toBe('Ada')
  })

  it('says the same of a wrong password, an account that is not there, one that has ended and what is no address', async () => {
    const ada = await addPerson(ctx, 'ada')
    const admin = await addPerson(ctx, 'root', 'admin')
    await endPerson(asActor(ctx, { kind: 'person', id: admin.id, name: 'Root', role: 'admin', audience: null }), ada.id)
    const given = ['root@example.edu', 'nobody@example.edu', 'ada@example.edu', "' or 1=1 --", '']
    for (const email of given) expect(await tried(email, email.startsWith('ada') ? PASSWORD : 'tidal marsh lamp')).toBe(WRONG)
    expect((await entries()).map(({ refusal }) => refusal)).toEqual(given.map(() => WRONG))
    expect((await ctx.whole.query('select 1 from person_session')).rowCount).toBe(0)
  })
})

describe('a session', () => {
  const signedIn = async (name = 'ada') => {
    const person = await addPerson(ctx, name)
    const header = await signIn(ctx, { email: `${name}@example.edu`, password: PASSWORD }, BROWSER)
    const found = await asks(header)
    return { header, person, sessionId: found?.sessionId ?? '', own: asActor(ctx, found?.actor ?? visitor()) }
  }

  it('ends after seven days, for its open streams, too', async () => {
    const { header, sessionId } = await signedIn()
    clock.set(start + 7 * DAY_MS - MINUTE_MS)
    expect([(await asks(header)) !== null, (await sessionsNow(ctx, [sessionId])).size]).toEqual([true, 1])
    clock.set(start + 7 * DAY_MS + MINUTE_MS)
    expect([await asks(header), (await sessionsNow(ctx, [sessionId])).size]).toEqual([null, 0])
  })

  it('is none without the signature of this page, with another token, or when two are brought along', async () => {
    const { header } = await signedIn()
    const cookie = cookieOf(header)
    const [name = '', value = ''] = cookie.split('=')
    const forged = `${name}=${'a'.repeat(32)}${value.slice(32)}`
    for (const bad of [forged, cookie.slice(0, -4), `${name}=`, `${name}=%`, `${cookie}; ${cookie}`, `x${cookie}`])
      expect(await whoAsks(ctx, SITE, bad)).toBeNull()
    expect(await whoAsks({ ...ctx, secret: 'another secret of another page' }, SITE, cookie)).toBeNull()
    expect(await whoAsks(ctx, SITE, `a=b; ${cookie}; c=d`)).not.toBeNull()
  })

  it('ends when its owner signs out, or ends it, or all others; with an entry each', async () => {
    const { header, own, sessionId } = await signedIn()
    const second = await signIn(ctx, { email: 'ada@example.edu', password: PASSWORD }, BROWSER)
    const third = await signIn(ctx, { email: 'ada@example.edu', password: PASSWORD }, BROWSER)
    await endOwnSessions(own, { only: (await asks(second))?.sessionId ?? '' })
    expect([await asks(second), (await asks(third)) !== null]).toEqual([null, true])
    expect(await endOwnSessions(own, { but: sessionId })).toBe(1)
    expect([await asks(third), (await asks(header)) !== null]).toEqual([null, true])
    await signOut(own, sessionId)
    expect(await asks(header)).toBeNull()
    expect([(await entries('session.end')).length, (await entries('sign-out')).length]).toEqual([2, 1])
  })

  it('of somebody else is not there to be ended', async () => {
    const { header, sessionId } = await signedIn()
    const bob = await addPerson(ctx, 'bob')
    const other = asActor(ctx, { kind: 'person', id: bob.id, name: 'Bob', role: 'viewer', audience: null })
    await expect(endOwnSessions(other, { only: sessionId })).rejects.toMatchObject({ code: 'not-found' })
    expect(await asks(header)).not.toBeNull()
  })

  it('ends at once with its owner’s way in, and follows their role from one request to the next', async () => {
    const { header, person } = await signedIn()
    const told = async () => (await asks(header))?.actor
    expect(await told()).toMatchObject({ role: 'viewer', audience: null })
    await putPeopleSettings(ctx.whole, {
      people: { roles: [{ role: 'engineer', for: { oidc: [], people: ['ada@example.edu'] } }], oidc: null, mail: null },
      audiences: [{ key: 'records', groups: ['records'], for: { oidc: [], people: [] } }],
    })
    expect(await told()).toMatchObject({ role: 'engineer', audience: 'everybody' })
    await ctx.whole.query("update person set audience = 'records' where id = $1", [person.id])
    expect(await told()).toMatchObject({ role: 'engineer', audience: 'records' })
    await ctx.whole.query("update person set role = 'admin' where id = $1", [person.id])
    expect(await told()).toMatchObject({ role: 'admin', audience: null })
    await ctx.whole.query("delete from setting where key = 'people'")
    await ctx.whole.query('update person set ended_at = now() where id = $1', [person.id])
    expect(await asks(header)).toBeNull()
  })
})

describe('changing one’s password', () => {
  it('takes the one there is, ends the other sessions, and counts wrong ones', async () => {
    const ada = await addPerson(ctx, 'ada')
    const given = { email: 'ada@example.edu', password: PASSWORD }
    const [header, other] = [await signIn(ctx, given, BROWSER), await signIn(ctx, given, BROWSER)]
    const found = await asks(header)
    const own = asActor(ctx, found?.actor ?? visitor())
    const change = (password: string, next: string) => changePassword(own, { password, next }, found?.sessionId ?? '')
    await expect(change('not the right one', 'kestrel over the fen')).rejects.toMatchObject({
      publicMessage: 'This is not the password you have now.',
    })
    await expect(change(PASSWORD, 'short')).rejects.toMatchObject({ publicMessage: expect.stringContaining('at least 12') })
    await change(PASSWORD, 'kestrel over the fen')
    expect([await asks(other), (await asks(header)) !== null]).toEqual([null, true])
    expect(await tried('ada@example.edu', PASSWORD)).toBe(WRONG)
    expect(await tried('ada@example.edu', 'kestrel over the fen')).toBe('in')
    expect((await entries('password.change')).map(({ target, refusal }) => [target, refusal === null])).toEqual([
      [`person:${ada.id}`, false],
      [`person:${ada.id}`, false],
      [`person:${ada.id}`, true],
    ])
    await endSessions(ctx.whole, ada.id)
  })
})

describe('trying passwords', () => {
  it('ten thousand times at once gets nobody in, compares ten at most and leaves few entries; the right one is refused meanwhile', async () => {
    await addPerson(ctx, 'ada')
    const answers = await Promise.all(Array.from({ length: 10_000 }, (_, i) => tried('ada@example.edu', `tidal marsh lantern ${i}`)))
    expect(answers.filter((answer) => answer === 'in')).toEqual([])
    expect(answers.filter((answer) => answer === WRONG)).toHaveLength(10)
    expect(await tried('ada@example.edu', PASSWORD)).toBe('Too many tries. Try again in 15 minutes.')
    expect(await entries()).toHaveLength(11)
  })

  it('wrong ones count no more once the right one was given', async () => {
    await addPerson(ctx, 'ada')
    expect(await tried('ada@example.edu', 'kestrel over the fen')).toBe(WRONG)
    expect(await tried('ada@example.edu', PASSWORD)).toBe('in')
    expect((await ctx.whole.query('select key, tries from try_count')).rows).toEqual([{ key: `address:${ctx.from}`, tries: 1 }])
  })
})
