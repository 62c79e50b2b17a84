import { randomBytes } from 'node:crypto'
import { createToken } from '#lib/access/tokens.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { putSetting } from '#lib/db/settings.ts'
import { person, type Role } from '#lib/domain/access/actor.ts'
import type { Scope } from '#lib/domain/access/token-rules.ts'
import { addPerson, cookieOf } from '#lib/testing/database/people.ts'
import { fillTwoGroups } from '#lib/testing/database/two-groups.ts'
import { INTERNAL_KEY } from '../bench/web-server.ts'
import type { Things } from './rules.ts'

/** Somebody who asks: what they send along, and how far they get. */
export interface Asker {
  name: string
  headers: Record<string, string>
  /** What they may do; null: nothing, as they are not known. */
  role: Role | null
  kind: 'nobody' | 'person' | 'token' | 'spoilt token'
  /** Whether they see both groups. */
  seesAll: boolean
}

/** A group that some see and one that bears a mark, made at random. */
export interface World {
  mark: string
  seen: Things
  hidden: Things
  /** Things that are not there, with names as long as those of the hidden ones. */
  missing: Things
}

/** Fills a database with two groups, and says what is where. */
export async function fillWorld(ctx: Context): Promise<World> {
  const mark = `m${randomBytes(6).toString('hex')}`
  await fillTwoGroups(ctx, mark)
  const nobody = { oidc: [], people: [] }
  await putSetting(ctx.whole, 'people', {
    roles: [],
    audiences: [
      { audience: 'records', for: nobody },
      { audience: mark, for: nobody },
    ],
    oidc: null,
    mail: null,
  })
  const missing = `n${randomBytes(6).toString('hex')}`
  const nowhere = { run: '00000000-0000-4000-8000-000000000000', order: '999999' }
  return { mark, seen: await thingsOf(ctx, 'records'), hidden: await thingsOf(ctx, mark), missing: { ...named(missing), ...nowhere } }
}

const named = (name: string) => ({
  group: name,
  feed: `${name}-feed`,
  asset: `lake/${name}`,
  flow: `${name}-flow`,
  connection: `${name}-source`,
})

async function thingsOf(ctx: Context, name: string): Promise<Things> {
  const { rows } = await ctx.whole.query<{ run: string; order: string }>(
    'select r.id as run, s.order_id::text as "order" from run r join reload_step s on s.run_id = r.id where r.flow = $1',
    [`${name}-flow`],
  )
  const [found] = rows
  if (found === undefined) throw new Error(`nothing runs for ${name}`)
  return { ...named(name), ...found }
}

/** Everybody who may ask. */
export async function makeAskers(ctx: Context, url: string): Promise<Asker[]> {
  const signedIn = async (key: string, role: Role, audience: string | null) => {
    const known = await addPerson(ctx, key, role, audience)
    return { known, cookie: await cookieOf({ ...ctx, secret: INTERNAL_KEY }, url, known) }
  }
  const [viewer, other, engineer, admin, expired, ended] = await Promise.all([
    signedIn('viewer', 'viewer', 'records'),
    signedIn('other', 'viewer', 'everybody'),
    signedIn('engineer', 'engineer', 'records'),
    signedIn('admin', 'admin', null),
    signedIn('expired', 'admin', null),
    signedIn('ended', 'admin', null),
  ])
  await ctx.whole.query(`update person_session set expires_at = now() - interval '1 second' where person_id = $1`, [expired.known.id])
  await ctx.whole.query('update person set ended_at = now() where id = $1', [ended.known.id])

  const tokenOf = async ({ known }: typeof viewer, scopes: Scope[]) => {
    const { id, name, role, audience } = known
    const owner = asActor(ctx, person({ id, name, role, audience }))
    return createToken(owner, { name: scopes.join(' '), kind: 'token', scopes, audience: null, days: 1 })
  }
  const [reading, running, revoked, pushing] = await Promise.all([
    tokenOf(viewer, ['read']),
    tokenOf(engineer, ['read', 'run']),
    tokenOf(admin, ['run']),
    tokenOf(admin, ['push']),
  ])
  await ctx.whole.query('update api_token set ended_at = now() where id = $1', [revoked.id])

  const nobody = { role: null, seesAll: false } as const
  const bearer = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` })
  return [
    { name: 'anonymous', headers: {}, kind: 'nobody', ...nobody },
    { name: 'expired session', headers: { cookie: expired.cookie }, kind: 'nobody', ...nobody },
    { name: 'session of somebody whose access ended', headers: { cookie: ended.cookie }, kind: 'nobody', ...nobody },
    { name: 'revoked token', headers: bearer(revoked), kind: 'spoilt token', ...nobody },
    { name: 'token that only hands in', headers: bearer(pushing), kind: 'spoilt token', ...nobody },
    { name: 'viewer', headers: { cookie: viewer.cookie }, kind: 'person', role: 'viewer', seesAll: false },
    { name: 'viewer of no audience', headers: { cookie: other.cookie }, kind: 'person', role: 'viewer', seesAll: false },
    { name: 'token that reads', headers: bearer(reading), kind: 'token', role: 'viewer', seesAll: false },
    { name: 'engineer', headers: { cookie: engineer.cookie }, kind: 'person', role: 'engineer', seesAll: false },
    { name: 'token that runs', headers: bearer(running), kind: 'token', role: 'engineer', seesAll: false },
    { name: 'admin', headers: { cookie: admin.cookie }, kind: 'person', role: 'admin', seesAll: true },
  ]
}
