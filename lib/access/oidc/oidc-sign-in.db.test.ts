import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { endTheirSessions } from '#lib/access/people.ts'
import { whoAsks } from '#lib/access/sessions.ts'
import type { Browser } from '#lib/access/sign-in.ts'
import { getWayIn } from '#lib/access/way-in.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { insertPerson } from '#lib/db/people/people.ts'
import { putPeopleSettings } from '#lib/db/people/people-settings.ts'
import { putSetting } from '#lib/db/settings.ts'
import { atTerminal, visitor } from '#lib/domain/access/actor.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { type OidcServer, startOidcServer } from '#lib/testing/servers/oidc-server.ts'
import { beginOidc, callbackPath, finishOidc, OIDC_SESSION_MS } from './oidc-sign-in.ts'

const SITE = siteOf('localhost:3000', 'http://localhost:3000')
const BROWSER: Browser = { site: SITE, name: 'Test Browser', sessionId: null }
// What the provider signs is of the machine's clock: a later one is moved from there.
const START = systemClock.now()
const clock = new FakeClock(START)
const ADA = {
  sub: 'ada-1',
  email: 'Ada@Campus.example',
  email_verified: true,
  name: 'Ada Lovelace',
  groups: ['data-engineers', 'finance-staff'],
}
const ENGINEER = { kind: 'person', name: 'Ada Lovelace', role: 'engineer', audience: 'finance' }

let database: TestDatabase
let server: OidcServer
let ctx: Context
let asked = 0

beforeAll(async () => {
  database = await createTestDatabase()
  server = await startOidcServer([`${SITE.origin}${callbackPath()}`])
})
afterAll(async () => {
  await server.close()
  await database.drop()
})
beforeEach(async () => {
  clock.set(START)
  asked += 1
  ctx = { ...database.context(clock, visitor()), from: `10.1.0.${asked}` }
  Object.assign(server, { signsIn: ADA, before: null })
  await ctx.whole.query('truncate person cascade')
  await ctx.whole.query('truncate try_count')
  await catalogue()
})

/** The rules in force, and the provider as the catalogue names it. */
const catalogue = (oidc: { issuer?: string; groupsClaim?: string } = {}) =>
  putPeopleSettings(ctx.whole, {
    people: {
      roles: [
        { role: 'admin', for: { oidc: ['owners'], people: ['lead@campus.example'] } },
        { role: 'engineer', for: { oidc: ['data-engineers'], people: [] } },
      ],
      oidc: { issuer: server.issuer, clientId: server.clientId, name: 'Campus login', groupsClaim: 'groups', ...oidc },
      mail: null,
    },
    audiences: [{ key: 'finance', groups: ['ledger'], for: { oidc: ['finance-staff'], people: [] } }],
  })

const secret = () => ({ clientSecret: server.clientSecret })
const cookieOf = (header: string | undefined) => header?.split(';')[0] ?? ''

/** What a browser has when the provider sends it back. */
async function there(to = '/feeds/a') {
  const { location, setCookie } = await beginOidc(ctx, BROWSER, { to, ...secret() })
  return { setCookie, location, answer: (await server.follow(location)).searchParams }
}
const back = (answer: URLSearchParams, setCookie: string | null, browser = BROWSER) =>
  finishOidc(ctx, browser, { answer, cookieHeader: setCookie === null ? null : `other=1; ${cookieOf(setCookie)}`, ...secret() })
async function signedIn(browser = BROWSER) {
  const { answer, setCookie } = await there()
  const { setCookies } = await back(answer, setCookie, browser)
  return cookieOf(setCookies.find((header) => !header.includes('Max-Age=0')))
}
const actorOf = async (cookie: string) => (await whoAsks(ctx, SITE, cookie))?.actor ?? null
const refusal = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'in',
    (error: { publicMessage?: string }) => error.publicMessage ?? String(error),
  )
async function entries() {
  const { rows } = await ctx.whole.query<{ target: string; actor: string | null; refusal: string | null; after: unknown }>(
    "select target, actor, refusal, after from audit where address = $1 and action = 'sign-in' order by id",
    [ctx.from],
  )
  return rows
}

describe('somebody whom the provider signs in', () => {
  it('is somebody here, with the role and the audience of their groups, and goes on where they wanted', async () => {
    const { answer, setCookie, location } = await there('/feeds/ledger')
    expect(location).toContain('code_challenge_method=S256')
    const done = await back(answer, setCookie)
    expect(done.to).toBe('/feeds/ledger')
    expect(done.setCookies).toEqual([expect.stringContaining('-trip=; Path=/; HttpOnly'), expect.stringContaining('Max-Age=28800')])
    const actor = await actorOf(cookieOf(done.setCookies[1]))
    expect(actor).toMatchObject(ENGINEER)
    expect(await entries()).toEqual([
      { target: `person:${actor?.id}`, actor: 'Ada Lovelace', refusal: null, after: { method: 'oidc', isNew: true } },
    ])
    expect((await ctx.whole.query('select email, email_verified from person')).rows).toEqual([
      { email: 'ada@campus.example', email_verified: true },
    ])
    expect((await ctx.whole.query('select access_token, id_token, refresh_token from person_account')).rows).toEqual([
      { access_token: null, id_token: null, refresh_token: null },
    ])
  })

  it('is the same person the next time, whatever they are called by then', async () => {
    const first = await actorOf(await signedIn())
    server.signsIn = { ...ADA, email: 'ada.king@campus.example', name: 'Ada King', groups: [] }
    const second = await actorOf(await signedIn())
    expect(second).toEqual({ kind: 'person', id: first?.id, name: 'Ada King', role: 'viewer', audience: 'everybody' })
    server.signsIn = { ...ADA, sub: 'ada-2', email: 'other@campus.example' }
    expect((await actorOf(await signedIn()))?.id).not.toBe(first?.id)
  })

  it('keeps a role that was taken away there for eight hours at the most', async () => {
    const cookie = await signedIn()
    server.signsIn = { ...ADA, groups: [] }
    clock.set(START + OIDC_SESSION_MS - MINUTE_MS)
    expect(await actorOf(cookie)).toMatchObject(ENGINEER)
    clock.set(START + 8 * HOUR_MS)
    expect(await actorOf(cookie)).toBeNull()
    clock.set(START)
    expect(await actorOf(await signedIn())).toMatchObject({ role: 'viewer', audience: 'everybody' })
  })

  it('is out at their next request when an admin ends their session, or a rule of the catalogue is taken out', async () => {
    const cookie = await signedIn()
    await putPeopleSettings(ctx.whole, { people: { roles: [], oidc: null, mail: null }, audiences: [] })
    expect(await actorOf(cookie)).toMatchObject({ role: 'viewer', audience: null })
    const id = (await actorOf(cookie))?.id ?? ''
    expect(await endTheirSessions(asActor(ctx, atTerminal('admin')), id)).toBe(1)
    expect(await actorOf(cookie)).toBeNull()
  })

  it('ends what their browser brought along', async () => {
    const before = await signedIn()
    const { sessionId = null } = (await whoAsks(ctx, SITE, before)) ?? {}
    await signedIn({ ...BROWSER, sessionId })
    expect(await actorOf(before)).toBeNull()
  })

  it('has no groups, and gets in all the same, where the provider names none or calls them otherwise', async () => {
    server.signsIn = { sub: 'bob', email: 'bob@campus.example', email_verified: true, name: 'Bob' }
    expect(await actorOf(await signedIn())).toMatchObject({ name: 'Bob', role: 'viewer', audience: 'everybody' })
    server.signsIn = { ...ADA, sub: 'carl', email: 'carl@campus.example' }
    await catalogue({ groupsClaim: 'roles' })
    expect(await actorOf(await signedIn())).toMatchObject({ role: 'viewer', audience: 'everybody' })
  })

  it('has the role of their address only where the provider has verified it', async () => {
    server.signsIn = { sub: 'l1', email: 'lead@campus.example', email_verified: false, name: 'Lead' }
    expect(await actorOf(await signedIn())).toMatchObject({ role: 'viewer' })
    server.signsIn = { ...server.signsIn, email_verified: true }
    expect(await actorOf(await signedIn())).toMatchObject({ role: 'admin', audience: null })
  })

  it('is not let in once an admin has let them in no more', async () => {
    await signedIn()
    await ctx.whole.query('update person set ended_at = now()')
    expect(await refusal(signedIn())).toBe('You are not let in any more. Ask an admin of this page.')
  })
})

describe('an account here with the same address', () => {
  const grace = { sub: 'g1', email: 'grace@example.edu', email_verified: true, name: 'Grace', groups: [] }

  it('is theirs where both sides know the address to be', async () => {
    const { id } = await addPerson(ctx, 'grace', 'engineer')
    server.signsIn = grace
    expect(await actorOf(await signedIn())).toMatchObject({ id, role: 'engineer' })
    server.signsIn = { ...grace, email: 'else@example.edu', name: 'Else' }
    expect(await actorOf(await signedIn())).toMatchObject({ id, name: 'Grace' })
  })

  it('is never taken over by an address that nobody verified, on either side', async () => {
    await addPerson(ctx, 'grace', 'admin')
    server.signsIn = { ...grace, email_verified: false }
    expect(await refusal(signedIn())).toContain('There is an account with your e-mail address')
    const own = { email: 'first@example.edu', isEmailVerified: false, name: 'First', role: 'admin', audience: null } as const
    await insertPerson(ctx.whole, { ...own, at: START })
    server.signsIn = { ...grace, sub: 'f1', email: 'first@example.edu' }
    expect(await refusal(signedIn())).toContain('There is an account with your e-mail address')
    expect((await ctx.whole.query("select 1 from person_account where provider_id = 'oidc'")).rowCount).toBe(0)
  })

  it('stays who they are when another address at the provider becomes that of somebody else', async () => {
    const first = await signedIn()
    await addPerson(ctx, 'grace', 'admin')
    server.signsIn = { ...ADA, email: 'grace@example.edu' }
    expect(await actorOf(await signedIn())).toMatchObject({ id: (await actorOf(first))?.id })
    expect((await ctx.whole.query("select email_verified from person where email = 'ada@campus.example'")).rows).toEqual([
      { email_verified: false },
    ])
  })
})

it('has a button by the name of the catalogue, as long as it names a provider', async () => {
  expect(await getWayIn(ctx)).toMatchObject({ oidcName: 'Campus login', isOpen: true })
  await putPeopleSettings(ctx.whole, { people: { roles: [], oidc: null, mail: null }, audiences: [] })
  expect(await getWayIn(ctx)).toMatchObject({ oidcName: null, isOpen: false, isUnsaid: true })
  await putSetting(ctx.whole, 'access', 'private')
  expect(await getWayIn(ctx)).toMatchObject({ isUnsaid: false })
  expect(await refusal(there())).toBe('Nobody signs in that way here.')
})
