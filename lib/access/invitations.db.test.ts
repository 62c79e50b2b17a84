import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asActor, type Context } from '#lib/db/context.ts'
import { listOpenInvitations } from '#lib/db/people/invitations.ts'
import { insertOidcAccount } from '#lib/db/people/oidc-accounts.ts'
import { findPerson, insertPerson } from '#lib/db/people/people.ts'
import { atTerminal, person, visitor } from '#lib/domain/access/actor.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson, PASSWORD } from '#lib/testing/database/people.ts'
import { acceptInvitation, firstAdminLink, invite, inviteAdmin, lookAtInvitation, requestReset, withdrawInvitation } from './invitations.ts'
import { whoAsks } from './sessions.ts'
import { type Browser, signIn } from './sign-in.ts'

const SITE = siteOf('localhost:3000', 'http://localhost:3000')
const BROWSER: Browser = { site: SITE, name: null, sessionId: null }
const GOOD = 'kestrel over the fen'
const START = systemClock.now()
const clock = new FakeClock(START)
let database: TestDatabase
let ctx: Context
let root: Context

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
let asked = 0
beforeEach(async () => {
  clock.set(START)
  asked += 1
  ctx = { ...database.context(clock, visitor()), from: `10.0.0.${asked}` }
  root = asActor(ctx, atTerminal('root'))
  for (const table of ['person cascade', 'invitation', 'try_count']) await ctx.whole.query(`truncate ${table}`)
})

const known = async (header: string) => (await whoAsks(ctx, SITE, header.split(';')[0] ?? ''))?.actor
const refused = (work: Promise<unknown>) =>
  work.then(
    () => 'taken',
    (error: { publicMessage: string }) => error.publicMessage,
  )
const ADA = { name: 'Ada', password: GOOD }
const OVER = 'This link was used already, or its time is over. Ask for another one.'
async function lastEntry() {
  const { rows } = await ctx.whole.query('select actor, action, target, after, refusal from audit order by id desc limit 1')
  return rows[0]
}

describe('the first admin', () => {
  it('comes in by a link that works once, and there is none once there is an admin', async () => {
    const link = await firstAdminLink(root)
    const token = link?.token ?? ''
    const header = await acceptInvitation(ctx, token, { ...ADA, email: 'Ada@example.edu' }, BROWSER)
    expect(await known(header)).toMatchObject({ kind: 'person', name: 'Ada', role: 'admin', audience: null })
    expect(await lastEntry()).toMatchObject({ actor: 'Ada', action: 'invitation.accept', refusal: null })
    expect(await refused(acceptInvitation(ctx, token, { ...ADA, email: 'eve@example.edu' }, BROWSER))).toBe(OVER)
    expect(await lastEntry()).toMatchObject({ actor: null, action: 'invitation.accept', refusal: OVER })
    expect(await firstAdminLink(root)).toBeNull()
    expect(await findPerson(ctx.whole, { email: 'ada@example.edu' })).toMatchObject({ isEmailVerified: false })
  })

  it('comes in within 24 hours', async () => {
    const second = await firstAdminLink(root)
    clock.set(START + 24 * HOUR_MS - 1)
    expect(await lookAtInvitation(ctx, second?.token ?? '')).toMatchObject({ invitation: { role: 'admin', email: null } })
    clock.set(START + 24 * HOUR_MS)
    expect(await refused(acceptInvitation(ctx, second?.token ?? '', { ...ADA, email: 'ada@example.edu' }, BROWSER))).toBe(OVER)
    expect((await ctx.whole.query('select 1 from person')).rowCount).toBe(0)
  })

  it('by two who follow one link at once is one', async () => {
    const token = (await firstAdminLink(root))?.token ?? ''
    const accept = (name: string) => refused(acceptInvitation(ctx, token, { name, email: `${name}@example.edu`, password: GOOD }, BROWSER))
    expect((await Promise.all([accept('ada'), accept('eve')])).sort()).toEqual([OVER, 'taken'])
    expect((await ctx.whole.query('select 1 from person')).rowCount).toBe(1)
  })

  it('is one, also where several processes printed a link each and two are followed at once', async () => {
    const links = [await firstAdminLink(root), await firstAdminLink(root), await firstAdminLink(root)]
    const accept = (i: number) =>
      refused(acceptInvitation(ctx, links[i]?.token ?? '', { name: `A${i}`, email: `a${i}@example.edu`, password: GOOD }, BROWSER))
    expect((await Promise.all([accept(0), accept(1)])).sort()).toEqual([OVER, 'taken'])
    expect(await accept(2)).toBe(OVER)
    expect((await ctx.whole.query('select 1 from person')).rowCount).toBe(1)
  })

  it('takes over nobody by saying their address', async () => {
    await addPerson(ctx, 'ada', 'viewer')
    const token = (await firstAdminLink(root))?.token ?? ''
    expect(await refused(acceptInvitation(ctx, token, { ...ADA, email: 'ada@example.edu' }, BROWSER))).toContain('already')
    expect(await lookAtInvitation(ctx, token)).not.toBeNull()
  })

  it('may be somebody already, whom a link from the command line makes one and gives another password', async () => {
    const ada = await addPerson(ctx, 'ada', 'viewer')
    const old = await signIn(ctx, { email: 'ada@example.edu', password: PASSWORD }, BROWSER)
    const { token } = await inviteAdmin(root, 'ADA@example.edu')
    expect((await lookAtInvitation(ctx, token))?.person?.id).toBe(ada.id)
    const header = await acceptInvitation(ctx, token, { password: GOOD }, BROWSER)
    expect(await known(header)).toMatchObject({ id: ada.id, role: 'admin' })
    expect(await known(old)).toBeUndefined()
  })
})

describe('an invitation', () => {
  it('makes its address somebody with its role and audience, within seven days', async () => {
    const { token, invitation } = await invite(root, { email: 'ada@example.edu', role: 'engineer', audience: null })
    expect(await listOpenInvitations(ctx.whole, clock.now())).toMatchObject([{ id: invitation.id, email: 'ada@example.edu' }])
    clock.set(START + 7 * DAY_MS)
    expect([await lookAtInvitation(ctx, token), await listOpenInvitations(ctx.whole, clock.now())]).toEqual([null, []])
    clock.set(START + 7 * DAY_MS - HOUR_MS)
    const header = await acceptInvitation(ctx, token, { ...ADA, email: 'eve@example.edu' }, BROWSER)
    expect(await known(header)).toMatchObject({ name: 'Ada', role: 'engineer' })
    expect(await findPerson(ctx.whole, { email: 'ada@example.edu' })).toMatchObject({ isEmailVerified: true })
    expect(await findPerson(ctx.whole, { email: 'eve@example.edu' })).toBeNull()
  })

  it('stays what it was when name or password are not right', async () => {
    const { token } = await invite(root, { email: 'ada@example.edu', role: 'viewer', audience: null })
    for (const given of [
      { ...ADA, password: 'short' },
      { ...ADA, name: ' ' },
      { ...ADA, name: 'Ada\u202e' },
      { name: 'Ada', password: 'ada@example.edu' },
    ])
      expect(await refused(acceptInvitation(ctx, token, given, BROWSER))).not.toBe('taken')
    expect(await refused(acceptInvitation(ctx, token, ADA, BROWSER))).toBe('taken')
  })

  it('is made by admins alone, for an address that is none of anybody who gets in, and can be taken back', async () => {
    const engineer = asActor(ctx, person({ id: 'e', name: 'Eve', role: 'engineer', audience: null }))
    const given = { email: 'ada@example.edu', role: 'admin', audience: null } as const
    expect(await refused(invite(engineer, given))).toContain('This takes the role admin')
    expect(await lastEntry()).toMatchObject({ actor: 'Eve', action: 'person.invite', target: 'person:ada@example.edu' })
    expect(await refused(invite(root, { ...given, email: 'not an address' }))).toContain('An e-mail address is needed')
    const { token, invitation } = await invite(root, given)
    await withdrawInvitation(root, invitation.id)
    expect(await refused(acceptInvitation(ctx, token, ADA, BROWSER))).toBe(OVER)
    await addPerson(ctx, 'ada')
    expect(await refused(invite(root, given))).toContain('already')
  })

  it('is kept without its token, which stands in no entry either', async () => {
    const { token } = await invite(root, { email: 'ada@example.edu', role: 'viewer', audience: null })
    await acceptInvitation(ctx, token, ADA, BROWSER)
    for (const table of ['invitation', 'audit']) {
      const rows = JSON.stringify((await ctx.whole.query(`select * from ${table}`)).rows)
      expect(rows).not.toContain(token)
      expect(rows).not.toContain(GOOD)
    }
  })

  it('is not guessed: tries from one address come to an end', async () => {
    const answers = []
    for (let i = 0; i < 32; i += 1) answers.push(await refused(acceptInvitation(ctx, `guess${i}`, ADA, BROWSER)))
    expect(answers.filter((answer) => answer === OVER)).toHaveLength(30)
    expect(answers.at(-1)).toContain('Too many tries')
  })
})

describe('a link for nobody in particular', () => {
  it('is good for whoever has it, beside others of its kind; never for an admin', async () => {
    const open = { email: null, role: 'viewer', audience: null } as const
    const [one, two] = [await invite(root, open), await invite(root, open)]
    expect(await listOpenInvitations(ctx.whole, clock.now())).toHaveLength(2)
    expect(await known(await acceptInvitation(ctx, one.token, { ...ADA, email: 'ada@example.edu' }, BROWSER))).toMatchObject({
      role: 'viewer',
    })
    expect(await refused(acceptInvitation(ctx, one.token, { ...ADA, email: 'eve@example.edu' }, BROWSER))).toBe(OVER)
    expect(await refused(acceptInvitation(ctx, two.token, { ...ADA, email: 'ada@example.edu' }, BROWSER))).toContain(
      'somebody with this address',
    )
    expect(await refused(invite(root, { ...open, role: 'admin' }))).toContain('Say the address')
  })
})

describe('a forgotten password', () => {
  it('is replaced by a link that works once, within an hour; every session ends', async () => {
    const ada = await addPerson(ctx, 'ada', 'engineer')
    const old = await signIn(ctx, { email: 'ada@example.edu', password: PASSWORD }, BROWSER)
    const link = await requestReset(ctx, ' ADA@example.edu')
    const token = link?.token ?? ''
    clock.set(START + HOUR_MS)
    expect(await refused(acceptInvitation(ctx, token, { password: GOOD }, BROWSER))).toBe(OVER)
    clock.set(START + HOUR_MS - 1)
    expect(await known(await acceptInvitation(ctx, token, { password: GOOD }, BROWSER))).toMatchObject({ id: ada.id, role: 'engineer' })
    expect(await lastEntry()).toMatchObject({ actor: 'Ada', action: 'password.reset', refusal: null })
    expect(await known(old)).toBeUndefined()
    expect(await refused(acceptInvitation(ctx, token, { password: GOOD }, BROWSER))).toBe(OVER)
    expect(await refused(signIn(ctx, { email: 'ada@example.edu', password: PASSWORD }, BROWSER))).toContain('do not go together')
  })

  it('of nobody makes no link and leaves an entry; of somebody who gets in no more neither, nor does a link from before', async () => {
    expect(await requestReset(ctx, 'nobody@example.edu')).toBeNull()
    expect(await lastEntry()).toMatchObject({ action: 'password.reset', target: 'person:?' })
    const ada = await addPerson(ctx, 'ada')
    const link = await requestReset(ctx, 'ada@example.edu')
    await ctx.whole.query('update person set ended_at = now() where id = $1', [ada.id])
    expect(await requestReset(ctx, 'ada@example.edu')).toBeNull()
    expect(await refused(acceptInvitation(ctx, link?.token ?? '', { password: GOOD }, BROWSER))).toContain('nobody with this address')
  })

  it('is not given by mail to who signs in by another system alone, in the same words to the asker, with an entry that says why', async () => {
    const staff = { email: 'grace@example.edu', isEmailVerified: true, name: 'Grace', role: 'engineer', audience: null } as const
    const grace = await insertPerson(ctx.whole, { ...staff, at: START })
    const id = grace?.id ?? ''
    await insertOidcAccount(ctx.whole, id, { issuer: 'https://login.example.edu', subject: 'g1' }, START)
    expect(await requestReset(ctx, 'grace@example.edu')).toBeNull()
    const refusal = 'There is nobody with this address who gets in by a password.'
    expect(await lastEntry()).toMatchObject({ action: 'password.reset', target: `person:${id}`, refusal })
    expect((await ctx.whole.query('select 1 from invitation')).rowCount).toBe(0)
  })
})
