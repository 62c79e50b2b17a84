import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { subscribe } from '#lib/access/subscriptions/subscribe.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { insertOidcSession } from '#lib/db/people/oidc-accounts.ts'
import { findPerson } from '#lib/db/people/people.ts'
import { putSetting } from '#lib/db/settings.ts'
import { person, visitor } from '#lib/domain/access/actor.ts'
import { SAME_INCIDENT_MS } from '#lib/domain/incidents/incident.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { addPerson } from '#lib/testing/database/people.ts'
import { makeFeed, makePage } from '#lib/testing/history/feed-changes.ts'
import { addEvent, endIncident, joinIncident, makeBrokenAsset, openIncident, sayOf } from '#lib/testing/incidents/stored-incidents.ts'
import { type MailServer, startMailServer } from '#lib/testing/servers/mail-server.ts'
import { sendLetters } from './send-letters.ts'
import { tellReceivers } from './tell-receivers.ts'

const NOON = Date.parse('2026-11-20T17:00:00Z')
const clock = new FakeClock(NOON)
let db: TestDatabase
let ctx: Context
let mail: MailServer
const assets = new Map<string, number>()
beforeAll(async () => {
  ;[db, mail] = await Promise.all([createTestDatabase(), startMailServer()])
  ctx = db.context(clock)
  await makePage(ctx)
  for (const key of ['people', 'cash', 'patrons'])
    assets.set(key, await makeBrokenAsset(ctx, await makeFeed(ctx, key, { feed: key, group: `Group of ${key}` }), `${key}/all`))
  await ctx.pool.query(
    `insert into connection_state (key, kind, probe_every_ms) select k, 'http', 1000 from unnest('{people,cash,patrons}'::text[]) k`,
  )
  // `board` sees everything, everybody the two others.
  await ctx.pool.query(`insert into audience_group select 'board', id from subject where kind = 'group'`)
  await ctx.pool.query(`insert into audience_group select 'everybody', id from subject where key in ('people-group', 'patrons-group')`)
  await addPerson(ctx, 'ada', 'viewer', 'board')
})
beforeEach(async () => {
  clock.set(clock.now() + 2 * DAY_MS)
  mail.behave({})
  mail.mails.length = 0
  await ctx.pool.query('truncate subscriber, try_count cascade; delete from outbox')
  await ctx.pool.query(
    `update incident set key = key || '#' || id, ended_at = coalesce(ended_at, opened_at), end_how = coalesce(end_how, 'resolved')`,
  )
  await ctx.pool.query(`update person set audience = 'board', ended_at = null`)
  await putSetting(ctx.pool, 'access', 'public')
  await putSetting(ctx.pool, 'people', {
    ...{ roles: [], audiences: [{ audience: 'board', for: { oidc: [], people: [] } }], oidc: null },
    mail: { from: 'tidemark@example.edu', smtp: '${SMTP_URL}' },
  })
})
afterAll(async () => {
  await Promise.all([mail.close(), db.drop()])
})

const asset = (key: string) => assets.get(key) ?? 0
const feed = (key: string) => ({ kind: 'feed', key }) as const
async function ada(): Promise<Context> {
  const found = await findPerson(ctx.pool, { email: 'ada@example.edu' })
  return asActor(ctx, person({ id: found?.id ?? '', name: 'Ada', role: 'viewer', audience: 'board' }))
}
const options = () => ({ lookup: () => mail.url, signal: new AbortController().signal })
const tell = () => tellReceivers(ctx, { ...options(), notifiers: new Map(), goodAgain: async () => new Map() })
const plain = (raw: string) =>
  raw
    .replace(/\r\n[ \t]+(?=\S)/g, ' ')
    .replaceAll('?= =?UTF-8?Q?', '')
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
const subjects = () => mail.mails.map((raw) => /^Subject: (?:=\?UTF-8\?Q\?)?(.*?)\r?$/m.exec(plain(raw))?.[1]?.replaceAll('_', ' ') ?? '')
/** A stranger who has confirmed. */
async function eve(key: string) {
  await subscribe({ ...asActor(ctx, visitor('everybody')), from: '192.0.2.7' }, feed(key), 'eve@example.org')
  await sendLetters(ctx, { ...options(), key: ctx.secret })
  const [letter = ''] = mail.mails.splice(0)
  await ctx.pool.query('update subscription set confirmed_at = now()')
  return plain(letter)
}

describe('who has subscribed', () => {
  it('gets one letter that something is wrong and one that it is over, each with a way to end it in one step', async () => {
    await subscribe(await ada(), feed('people'), '')
    const id = await openIncident(ctx, ['connection:people'], [asset('people'), asset('cash')])
    await tell()
    await joinIncident(ctx, id, asset('patrons'))
    await tell()
    expect(mail.mails).toHaveLength(1)
    const letter = plain(mail.mails[0] ?? '')
    expect(letter).toMatch(/^To: ada@example.edu\r?$/m)
    expect(letter).toContain('Affected: people (Group of people), late.')
    expect(letter).toMatch(/^List-Unsubscribe: <https:\/\/status\.campus\.example\/api\/subscriptions\/[\w-]{43}\/leave>\r?$/m)
    expect(letter).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m)
    expect(letter).toMatch(/https:\/\/status\.campus\.example\/subscriptions\/[\w-]{43}\b/)
    clock.set(clock.now() + HOUR_MS)
    await endIncident(ctx, id)
    await tell()
    expect(mail.mails).toHaveLength(2)
    expect(subjects()[1]).toMatch(/^Over: people had not answered/)
    expect(await tell()).toMatchObject({ delivered: 0 })
  })

  it('is told of a whole group, and of nothing else', async () => {
    await subscribe(await ada(), { kind: 'group', key: 'cash-group' }, '')
    await openIncident(ctx, ['connection:people'], [asset('people')])
    expect((await ctx.pool.query('select 1 from outbox')).rowCount).toBe(0)
    clock.set(clock.now() + MINUTE_MS)
    await openIncident(ctx, ['connection:cash'], [asset('cash')])
    await tell()
    expect(subjects()).toHaveLength(1)
    expect(plain(mail.mails[0] ?? '')).toContain('Affected: cash (Group of cash), late.')
  })

  it('gets nothing of what they may not see any more, nor after they were let in no more', async () => {
    await subscribe(await ada(), feed('cash'), '')
    await openIncident(ctx, ['connection:cash'], [asset('cash')])
    await ctx.pool.query('update person set audience = null')
    await tell()
    await ctx.pool.query(`update person set audience = 'board', ended_at = now()`)
    clock.set(clock.now() + HOUR_MS)
    await openIncident(ctx, ['connection:cash'], [asset('cash')])
    await tell()
    expect(mail.mails).toEqual([])
    expect((await ctx.pool.query('select 1 from outbox where next_attempt_at is not null')).rowCount).toBe(0)
  })

  it('is told what another system lets them see once their session there is over, too', async () => {
    const audiences = [{ audience: 'board', for: { oidc: ['owners'], people: [] } }]
    await putSetting(ctx.pool, 'people', { roles: [], audiences, oidc: null, mail: { from: 'tidemark@example.edu', smtp: '${SMTP_URL}' } })
    await ctx.pool.query('update person set audience = null')
    const by = await ada()
    const [now, session] = [clock.now(), { personId: by.actor.id ?? '', groups: ['owners'], from: null, browser: null }]
    await insertOidcSession(ctx.pool, { ...session, at: now, expiresAt: now + HOUR_MS })
    await subscribe(by, feed('cash'), '')
    await ctx.pool.query('delete from person_session')
    await openIncident(ctx, ['connection:cash'], [asset('cash')])
    await tell()
    expect(plain(mail.mails[0] ?? '')).toContain('Affected: cash (Group of cash), late.')
  })

  it('is not told that all is well when an incident goes on in an older one', async () => {
    await subscribe(await ada(), feed('people'), '')
    const older = await openIncident(ctx, ['connection:patrons'], [asset('patrons'), asset('people')])
    clock.set(clock.now() + HOUR_MS)
    const younger = await openIncident(ctx, ['connection:people'], [asset('people')])
    await tell()
    clock.set(clock.now() + HOUR_MS)
    await ctx.pool.query('update incident set related = $2 where id = $1', [younger, [older]])
    await endIncident(ctx, younger, older)
    mail.mails.length = 0
    clock.set(clock.now() + SAME_INCIDENT_MS)
    await tell()
    expect(mail.mails).toHaveLength(1)
    expect(plain(mail.mails[0] ?? '')).toContain('It goes on in an older incident')
    expect(plain(mail.mails[0] ?? '')).not.toContain('All is well')
  })

  it('at an address alone confirms first, and is told nothing once the page is private', async () => {
    const letter = await eve('people')
    expect(letter).toContain('when something is wrong with people, and when it is well again.')
    await openIncident(ctx, ['connection:people'], [asset('people')])
    await putSetting(ctx.pool, 'access', 'private')
    await tell()
    expect(mail.mails).toEqual([])
    await putSetting(ctx.pool, 'access', 'public')
    clock.set(clock.now() + HOUR_MS)
    await openIncident(ctx, ['connection:people'], [asset('people')])
    await tell()
    expect(mail.mails).toHaveLength(1)
  })

  it('is asked in a letter for no more than its link confirms', async () => {
    const by = { ...asActor(ctx, visitor('everybody')), from: '192.0.2.7' }
    await subscribe(by, feed('people'), 'eve@example.org')
    clock.set(clock.now() + DAY_MS)
    await ctx.pool.query('delete from outbox')
    await subscribe(by, feed('patrons'), 'eve@example.org')
    await sendLetters(ctx, { ...options(), key: ctx.secret })
    expect(plain(mail.mails[0] ?? '')).toContain('when something is wrong with patrons, and')
  })

  it('ends what waits with the subscription: a letter to confirm is not sent any more', async () => {
    await subscribe({ ...asActor(ctx, visitor('everybody')), from: null }, feed('people'), 'eve@example.org')
    await ctx.pool.query('delete from subscriber')
    expect(await sendLetters(ctx, { ...options(), key: ctx.secret })).toMatchObject({ delivered: 0, givenUp: 1 })
  })

  it('gets at most twenty letters a day', async () => {
    await subscribe(await ada(), feed('people'), '')
    const { rows } = await ctx.pool.query<{ id: number }>('select id from subscriber')
    await ctx.pool.query(
      `insert into outbox (channel, event, created_at, tried_at, delivered_at)
       select 'subscriber:' || $1::int, 'ready:0:' || n, $2, $2, $2 from generate_series(1, 19) n`,
      [rows[0]?.id, new Date(clock.now())],
    )
    await ctx.pool.query('update outbox set carrier_id = id')
    for (let nth = 0; nth < 2; nth += 1) {
      clock.set(clock.now() + 3 * MINUTE_MS)
      await openIncident(ctx, ['connection:people'], [asset('people')])
      await tell()
    }
    expect(mail.mails).toHaveLength(1)
    expect(plain(mail.mails[0] ?? '')).toContain('the last of today')
  })
})

describe('who sees an incident in part', () => {
  it('is told of that part alone, with its own end, and of the rest not even that it became worse', async () => {
    await eve('people')
    const id = await openIncident(ctx, [`asset:${asset('cash')}`], [asset('people'), asset('cash')])
    await addEvent(ctx, id, 'opened', { kind: 'opened', assetIds: [asset('people'), asset('cash')] } as { kind: 'opened' })
    await tell()
    expect(mail.mails).toHaveLength(1)
    expect(plain(mail.mails[0] ?? '')).not.toMatch(/cash/)
    expect(subjects()[0]).toMatch(/^A system you may not see has been in trouble since/)
    clock.set(clock.now() + HOUR_MS)
    await addEvent(ctx, id, 'changed', { kind: 'turned-worse' })
    await tell()
    expect(mail.mails).toHaveLength(1)
    await sayOf(ctx, id, 'updated', { text: 'We are on it.' })
    await addEvent(ctx, id, 'updated', { kind: 'updated' })
    await tell()
    expect(subjects()[1]).toMatch(/^Update: A system you may not see/)

    clock.set(clock.now() + HOUR_MS)
    await ctx.pool.query('update incident_member set to_at = $1 where asset_id = $2', [new Date(clock.now()), asset('people')])
    await addEvent(ctx, id, 'changed', { kind: 'left', assetIds: [asset('people')] } as { kind: 'left' })
    await tell()
    expect(mail.mails).toHaveLength(2)
    clock.set(clock.now() + SAME_INCIDENT_MS)
    await tell()
    expect(subjects()[2]).toMatch(/^Over: A system you may not see/)
    clock.set(clock.now() + HOUR_MS)
    await endIncident(ctx, id)
    await tell()
    expect(mail.mails).toHaveLength(3)
  })
})
