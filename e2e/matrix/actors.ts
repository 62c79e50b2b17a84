import { randomBytes } from 'node:crypto'
import { createToken } from '#lib/access/tokens.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { putSetting } from '#lib/db/settings.ts'
import { person, type Role } from '#lib/domain/access/actor.ts'
import type { Scope } from '#lib/domain/access/token-rules.ts'
import { addPerson, cookieOf } from '#lib/testing/database/people.ts'
import { fillTwoGroups, groupInSql } from '#lib/testing/database/two-groups.ts'
import { INTERNAL_KEY } from '../bench/web-server.ts'
import type { Things } from './rules.ts'

/** Somebody who asks: what they send along, and how far they get. */
export interface Asker {
  name: string
  headers: Record<string, string>
  /** What they may do; null: nothing, as they are not known. */
  role: Role | null
  kind: 'nobody' | 'person' | 'token' | 'spoilt token'
  /** Whether they see all groups. */
  seesAll: boolean
  /** What of the world they may see at least. */
  sees: 'seen' | 'common'
}

/** A group that everybody sees, one that some see, and one that bears a mark, made at random, with somebody who sees it. */
export interface World {
  mark: string
  common: Things
  seen: Things
  hidden: Things
  /** Things that are not there, with names as long as those of the hidden ones. */
  missing: Things
}

/** Fills a database with three groups, and says what is where. */
export async function fillWorld(ctx: Context): Promise<World> {
  const mark = `m${randomBytes(6).toString('hex')}`
  await fillTwoGroups(ctx, mark)
  await ctx.whole.query(groupInSql('common', 21))
  await ctx.whole.query("insert into audience_group select audience, 21 from unnest(array['everybody', 'records', $1]) audience", [mark])
  await addPerson(ctx, mark, 'engineer', mark)
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
  const [common, seen, hidden] = await Promise.all(['common', 'records', mark].map((name) => thingsOf(ctx, name)))
  if (!common || !seen || !hidden) throw new Error('a group is missing')
  return { mark, common, seen, hidden, missing: { ...named(missing), ...nowhere } }
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

  const nobody = { role: null, seesAll: false, sees: 'common' } as const
  const some = { seesAll: false, sees: 'seen' } as const
  const bearer = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` })
  return [
    { name: 'anonymous', headers: {}, kind: 'nobody', ...nobody },
    { name: 'expired session', headers: { cookie: expired.cookie }, kind: 'nobody', ...nobody },
    { name: 'session of somebody whose access ended', headers: { cookie: ended.cookie }, kind: 'nobody', ...nobody },
    { name: 'revoked token', headers: bearer(revoked), kind: 'spoilt token', ...nobody },
    { name: 'token that only hands in', headers: bearer(pushing), kind: 'spoilt token', ...nobody },
    { name: 'viewer', headers: { cookie: viewer.cookie }, kind: 'person', role: 'viewer', ...some },
    { name: 'viewer of no audience', headers: { cookie: other.cookie }, kind: 'person', role: 'viewer', seesAll: false, sees: 'common' },
    { name: 'token that reads', headers: bearer(reading), kind: 'token', role: 'viewer', ...some },
    { name: 'engineer', headers: { cookie: engineer.cookie }, kind: 'person', role: 'engineer', ...some },
    { name: 'token that runs', headers: bearer(running), kind: 'token', role: 'engineer', ...some },
    { name: 'admin', headers: { cookie: admin.cookie }, kind: 'person', role: 'admin', seesAll: true, sees: 'seen' },
  ]
}

/** Somebody who reads by a session and by a token, both of which end when they are dismissed. */
export async function makePassing(ctx: Context, url: string): Promise<{ askers: Asker[]; dismiss(): Promise<void> }> {
  const known = await addPerson(ctx, 'passing', 'viewer', 'records')
  const owner = asActor(ctx, person({ ...known, id: known.id, name: known.name }))
  const cookie = await cookieOf({ ...ctx, secret: INTERNAL_KEY }, url, known)
  const { id, token } = await createToken(owner, { name: 'passing', kind: 'token', scopes: ['read'], audience: null, days: 1 })
  const more = { role: 'viewer', seesAll: false, sees: 'seen' } as const
  return {
    askers: [
      { name: 'session that is about to end', headers: { cookie }, kind: 'person', ...more },
      { name: 'token that is about to be revoked', headers: { authorization: `Bearer ${token}` }, kind: 'token', ...more },
    ],
    async dismiss() {
      await ctx.whole.query('delete from person_session where person_id = $1', [known.id])
      await ctx.whole.query('update api_token set ended_at = now() where id = $1', [id])
    },
  }
}
