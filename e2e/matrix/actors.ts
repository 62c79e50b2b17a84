import { randomBytes } from 'node:crypto'
import { knownBrowserCookie } from '#lib/access/known-browser.ts'
import { createToken, type MadeToken } from '#lib/access/tokens.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import type { Person } from '#lib/db/people/people.ts'
import { putSetting } from '#lib/db/settings.ts'
import { person, type Role } from '#lib/domain/access/actor.ts'
import { siteOf } from '#lib/domain/access/site.ts'
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

/** What is found behind the connection of the group that is seen, and in no catalogue. */
const FOUND_BESIDE = `
  insert into found_asset (connection_key, path, kind, name, found_at, changed_at)
  values ('records-source', 'records', 'table', 'records', now(), now())`

/** Fills a database with three groups, and says what is where. */
export async function fillWorld(ctx: Context): Promise<World> {
  const mark = `m${randomBytes(6).toString('hex')}`
  await fillTwoGroups(ctx, mark)
  await ctx.whole.query(FOUND_BESIDE)
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
    mail: { from: 'tidemark@campus.example', smtp: '${SMTP_URL}' },
  })
  const missing = `n${randomBytes(6).toString('hex')}`
  const nowhere = { run: '00000000-0000-4000-8000-000000000000', order: '999999' }
  const [common, seen, hidden] = await Promise.all(['common', 'records', mark].map((name) => thingsOf(ctx, name)))
  if (!common || !seen || !hidden) throw new Error('a group is missing')
  return { mark, common, seen, hidden, missing: { ...named(missing), ...nowhere } }
}

/** What stands for the things of the group of a name, but for what the database names itself. */
export const named = (name: string) => ({
  group: name,
  feed: `${name}-feed`,
  asset: `lake/${name}`,
  flow: `${name}-flow`,
  connection: `${name}-source`,
  path: name,
  incident: '999999',
  report: '999999',
})

/** The things of a group that `groupInSql` made. */
export async function thingsOf(ctx: Context, name: string): Promise<Things> {
  const { rows } = await ctx.whole.query<{ run: string; order: string; incident: string; report: string }>(
    `select r.id as run, s.order_id::text as "order",
       (select m.incident_id::text from incident_member m join subject a on a.id = m.asset_id where a.key = $2 order by m.incident_id limit 1) as incident,
       (select p.id::text from report p join subject f on f.id = p.feed_id where f.key = $3 order by p.id limit 1) as report
     from run r join reload_step s on s.run_id = r.id where r.flow = $1`,
    [`${name}-flow`, `lake/${name}`, `${name}-feed`],
  )
  const [found] = rows
  if (found === undefined) throw new Error(`nothing runs for ${name}`)
  return { ...named(name), ...found }
}

/** Somebody with what their browser has got when they signed in: the session, and the mark by which the door knows it again. */
async function signedIn(ctx: Context, url: string, key: string, role: Role, audience: string | null) {
  const known = await addPerson(ctx, key, role, audience)
  const signing = { ...ctx, secret: INTERNAL_KEY }
  const session = await cookieOf(signing, url, known)
  const [mark] = knownBrowserCookie(signing, siteOf(new URL(url).host, url), known.email).split(';')
  return { known, cookie: `${session}; ${mark}` }
}

function tokenOf(ctx: Context, { known }: { known: Person }, scopes: Scope[]): Promise<MadeToken> {
  return createToken(asActor(ctx, person(known)), { name: scopes.join(' '), kind: 'token', scopes, audience: null, days: 1, shows: null })
}

const bearer = ({ token }: MadeToken) => ({ authorization: `Bearer ${token}` })

/** Everybody who may ask. */
export async function makeAskers(ctx: Context, url: string): Promise<Asker[]> {
  const [viewer, other, engineer, admin, expired, ended] = await Promise.all([
    signedIn(ctx, url, 'viewer', 'viewer', 'records'),
    signedIn(ctx, url, 'other', 'viewer', 'everybody'),
    signedIn(ctx, url, 'engineer', 'engineer', 'records'),
    signedIn(ctx, url, 'admin', 'admin', null),
    signedIn(ctx, url, 'expired', 'admin', null),
    signedIn(ctx, url, 'ended', 'admin', null),
  ])
  await ctx.whole.query(`update person_session set expires_at = now() - interval '1 second' where person_id = $1`, [expired.known.id])
  await ctx.whole.query('update person set ended_at = now() where id = $1', [ended.known.id])

  const [reading, running, revoked, pushing] = await Promise.all([
    tokenOf(ctx, viewer, ['read']),
    tokenOf(ctx, engineer, ['read', 'run']),
    tokenOf(ctx, admin, ['run']),
    tokenOf(ctx, admin, ['push']),
  ])
  await ctx.whole.query('update api_token set ended_at = now() where id = $1', [revoked.id])

  const nobody = { role: null, seesAll: false, sees: 'common' } as const
  const some = { seesAll: false, sees: 'seen' } as const
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
  const passing = await signedIn(ctx, url, 'passing', 'viewer', 'records')
  const token = await tokenOf(ctx, passing, ['read'])
  const more = { role: 'viewer', seesAll: false, sees: 'seen' } as const
  return {
    askers: [
      { name: 'session that is about to end', headers: { cookie: passing.cookie }, kind: 'person', ...more },
      { name: 'token that is about to be revoked', headers: bearer(token), kind: 'token', ...more },
    ],
    async dismiss() {
      await ctx.whole.query('delete from person_session where person_id = $1', [passing.known.id])
      await ctx.whole.query('update api_token set ended_at = now() where id = $1', [token.id])
    },
  }
}
