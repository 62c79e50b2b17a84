import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asActor, type Context } from '#lib/db/context.ts'
import { insertOidcSession } from '#lib/db/people/oidc-accounts.ts'
import { putSetting } from '#lib/db/settings.ts'
import { atTerminal, person, type Role } from '#lib/domain/access/actor.ts'
import type { Scope } from '#lib/domain/access/token-rules.ts'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { endPerson } from './people.ts'
import { bearerIn, tokenActor } from './token-use.ts'
import { allTokens, createToken, createTokenFor, endToken, type MadeToken, ownTokens, tokenRequestSchema } from './tokens.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context
const people = new Map<string, Context>()

beforeAll(async () => {
  database = await createTestDatabase()
  clock = new FakeClock('2026-11-20T12:00:00Z')
  ctx = { ...database.context(clock), from: '192.0.2.7' }
  const nobody = { oidc: [], people: [] }
  const audiences = ['finance', 'library'].map((audience) => ({ audience, for: nobody }))
  await putSetting(ctx.whole, 'people', { roles: [], audiences, oidc: null, mail: null })
  await add('ada', 'admin')
  await add('eve', 'engineer', 'finance')
  await add('vic', 'viewer', 'library')
})
afterAll(() => database.drop())

async function add(key: string, role: Role, audience: string | null = null): Promise<void> {
  const { id, name } = await addPerson(ctx, key, role, audience)
  people.set(key, asActor(ctx, person({ id, name, role, audience })))
}

const as = (key: string): Context => people.get(key) ?? ctx
const make = (key: string, given: object): Promise<MadeToken> =>
  createToken(as(key), tokenRequestSchema.parse({ name: 'nightly', ...given }))
const use = (made: { token: string }, kind: 'token' | 'address' = 'token') => tokenActor(ctx, made.token, kind)

let from = '0'
const audit = async () =>
  (await ctx.whole.query('select action, target, actor_kind, refusal, after::text from audit where id > $1 order by id', [from])).rows
beforeEach(async () => {
  from = (await ctx.whole.query<{ id: string }>('select coalesce(max(id), 0)::text as id from audit')).rows[0]?.id ?? '0'
})

describe('a token', () => {
  it('is told once, known by its beginning and kept as a hash only', async () => {
    const made = await make('ada', { days: 30 })
    expect(made.token).toMatch(/^tdm_[\w-]{43}$/)
    const { rows } = await ctx.whole.query<{ row: string }>('select t::text as row from api_token t')
    const [entry] = await audit()
    expect(JSON.stringify([rows, entry, await allTokens(as('ada'))])).not.toContain(made.token.slice(4, -4))
    expect(entry).toMatchObject({ action: 'token.create', refusal: null })
    expect(await ownTokens(as('ada'))).toMatchObject([
      { id: made.id, hint: made.token.slice(-4), expiresAt: clock.now() + 30 * DAY_MS, lastUsedAt: null },
    ])
  })

  it.each<[string, Scope[], string | null, string, string | null]>([
    ['ada', ['read'], null, 'viewer', null],
    ['ada', ['run'], 'finance', 'engineer', 'finance'],
    ['eve', ['read', 'run'], null, 'engineer', 'finance'],
    ['eve', ['run'], 'everybody', 'engineer', 'everybody'],
    ['vic', ['read'], null, 'viewer', 'library'],
  ])('of %s for %j and audience %s acts as %s and sees %s', async (owner, scopes, audience, role, sees) => {
    const made = await make(owner, { scopes, audience })
    const name = expect.stringMatching(/^nightly \(token of \w+\)$/)
    expect(await use(made)).toEqual({ kind: 'token', id: made.id, name, role, audience: sees })
  })

  it('goes with its owner: what they may do and see no more it may not either', async () => {
    await add('ron', 'engineer', 'finance')
    const made = await make('ron', { scopes: ['run'] })
    await ctx.whole.query("update person set role = 'viewer', audience = 'library' where name = 'Ron'")
    expect(await use(made)).toMatchObject({ role: 'viewer', audience: 'library' })
  })

  it('follows what another system said of its owner when they last signed in, also when that session is over', async () => {
    await ctx.whole.query(
      `update setting set value = jsonb_set(value, '{roles}', '[{"role": "engineer", "for": {"oidc": ["loaders"], "people": []}}]') where key = 'people'`,
    )
    await add('oda', 'viewer', 'finance')
    const signIn = async (groups: string[]) => {
      const times = { at: clock.now(), expiresAt: clock.now() + MINUTE_MS }
      await insertOidcSession(ctx.whole, { personId: as('oda').actor.id ?? '', groups, from: null, browser: null, ...times })
    }
    await signIn(['loaders'])
    const oda = as('oda')
    const made = await createToken(
      asActor(oda, { ...oda.actor, role: 'engineer' }),
      tokenRequestSchema.parse({ name: 'x', scopes: ['run'] }),
    )
    const signOut = () => ctx.whole.query('delete from person_session')
    await signOut()
    expect(await use(made)).toMatchObject({ role: 'engineer' })
    await signIn([])
    expect(await use(made)).toMatchObject({ role: 'viewer' })
    await signOut()
    expect(await use(made)).toMatchObject({ role: 'viewer' })
  })

  it('notes its last use, once a minute at most', async () => {
    const made = await make('ada', {})
    const lastUse = async () => (await ownTokens(as('ada'))).find(({ id }) => id === made.id)?.lastUsedAt
    await use(made)
    const first = clock.now()
    clock.set(first + MINUTE_MS - 1)
    await use(made)
    expect(await lastUse()).toBe(first)
    clock.set(first + MINUTE_MS)
    await use(made)
    expect(await lastUse()).toBe(first + MINUTE_MS)
  })
})

describe('no token is made', () => {
  it.each([
    ['vic', { scopes: ['run'] }, 'forbidden'],
    ['vic', { audience: 'finance' }, 'invalid'],
    ['eve', { audience: 'library' }, 'invalid'],
    ['ada', { audience: 'nothing' }, 'invalid'],
  ])('by %s with %j: it would go further than they', async (owner, given, code) => {
    await expect(make(owner, given)).rejects.toMatchObject({ code })
    expect(await audit()).toMatchObject([{ action: 'token.create', refusal: expect.any(String) }])
  })

  it.each([
    { name: ' ' },
    { name: 'a\u0000' },
    { days: 366 },
    { days: 0 },
    { scopes: [] },
    { scopes: ['all'] },
    { kind: 'address', scopes: ['run'] },
  ])('of what cannot be meant: %j', (given) => expect(tokenRequestSchema.safeParse({ name: 'nightly', ...given }).success).toBe(false))

  it('by whom nobody knows, and for others from the command line only', async () => {
    const request = tokenRequestSchema.parse({ name: 'x' })
    await expect(createToken(asActor(ctx, atTerminal('root')), request)).rejects.toMatchObject({ code: 'unauthorized' })
    await expect(createTokenFor(as('ada'), 'eve@example.edu', request)).rejects.toMatchObject({ code: 'not-found' })
    await expect(createTokenFor(ctx, 'nobody@example.edu', request)).rejects.toMatchObject({ code: 'not-found' })
    const made = await createTokenFor(asActor(ctx, atTerminal('root')), 'eve@example.edu', request)
    expect(await use(made)).toMatchObject({ role: 'viewer', audience: 'finance' })
  })
})

describe('a token that is over', () => {
  it('lets nobody in: expired, ended by its owner or an admin, or with its owner', async () => {
    const expired = await make('eve', { days: 1 })
    clock.set(clock.now() + DAY_MS)
    const [own, others, orphan] = [await make('eve', {}), await make('eve', {}), await make('vic', {})]
    await endToken(as('eve'), own.id)
    await endToken(as('ada'), others.id)
    await expect(endToken(as('eve'), orphan.id)).rejects.toMatchObject({ code: 'forbidden' })
    await endPerson(as('ada'), as('vic').actor.id ?? '')
    await ctx.whole.query("update person set ended_at = null where name = 'Vic'")
    for (const made of [expired, own, others, orphan])
      await expect(use(made)).rejects.toMatchObject({ code: 'unauthorized', challenge: 'invalid_token' })
    await expect(endToken(as('eve'), own.id)).rejects.toMatchObject({ code: 'conflict' })
    await expect(endToken(as('ada'), 'nothing')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('and one that never was stand in the audit once in a quarter of an hour, without what was sent', async () => {
    const wrong = `tdm_${'x'.repeat(43)}`
    for (let i = 0; i < 20; i += 1) await expect(use({ token: wrong })).rejects.toMatchObject({ code: 'unauthorized' })
    await expect(use({ token: "' or 1=1" })).rejects.toMatchObject({ code: 'unauthorized' })
    const refusal = 'This token is not known here. Further refusals of the next 15 minutes are not listed.'
    expect(await audit()).toMatchObject([{ action: 'token.use', target: 'token:unknown', refusal }])
    expect(JSON.stringify(await audit())).not.toContain('xxx')
    clock.set(clock.now() + 15 * MINUTE_MS)
    await expect(use({ token: wrong })).rejects.toMatchObject({ code: 'unauthorized' })
    expect(await audit()).toHaveLength(2)
  })
})

describe('what a token is not for', () => {
  it('it does not do: one for handing in reads nothing', async () => {
    const made = await make('ada', { scopes: ['push'] })
    await expect(use(made)).rejects.toMatchObject({ code: 'forbidden', challenge: 'insufficient_scope' })
  })

  it('a key of an address is no token, and a token no key', async () => {
    const [key, token] = [await make('ada', { kind: 'address' }), await make('ada', {})]
    expect(await use(key, 'address')).toMatchObject({ kind: 'token', role: 'viewer' })
    await expect(use(key)).rejects.toMatchObject({ code: 'unauthorized' })
    await expect(use(token, 'address')).rejects.toMatchObject({ code: 'unauthorized' })
  })
})

describe('the header of a token', () => {
  it.each([
    ['Bearer tdm_x', 'tdm_x'],
    ['bearer   tdm_x', 'tdm_x'],
    ['Basic dGRtOng=', null],
    ['Bearer', ''],
    ['Bearer a b', 'a b'],
    [null, null],
  ])('%s brings %s', (header, token) => expect(bearerIn(header)).toBe(token))
})
