import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sendLetters } from '#lib/commands/messages/send-letters.ts'
import { asActor, type Context } from '#lib/db/context.ts'
import { putRouting, putSetting } from '#lib/db/settings.ts'
import type { Role } from '#lib/domain/access/actor.ts'
import { person, visitor } from '#lib/domain/access/actor.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { getOpenReports } from '#lib/queries/incidents/open-reports.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { makeFeed, makePage } from '#lib/testing/history/feed-changes.ts'
import { makeBrokenAsset } from '#lib/testing/incidents/stored-incidents.ts'
import { type MailServer, startMailServer } from '#lib/testing/servers/mail-server.ts'
import { aRoute, channelThat, declareRoutes, waitingIn } from '#lib/testing/worlds/told-receiver.ts'
import { reportProblem, settleProblem } from './report-problem.ts'

const clock = new FakeClock(Date.parse('2026-11-20T17:00:00Z'))
let db: TestDatabase
let mail: MailServer
let ctx: Context
beforeAll(async () => {
  ;[db, mail] = await Promise.all([createTestDatabase(), startMailServer()])
  ctx = db.context(clock)
  await makePage(ctx)
  await makeBrokenAsset(ctx, await makeFeed(ctx, 'people', { feed: 'People', group: 'Identity' }), 'looker/people')
  await ctx.pool.query(`insert into audience_group select 'board', id from subject where key = 'people-group'`)
})
beforeEach(async () => {
  clock.set(clock.now() + 2 * HOUR_MS)
  mail.mails.length = 0
  await ctx.pool.query('delete from outbox; delete from report')
  await ctx.pool.query(`update feed set owner = 'owner@campus.example'`)
  await declareRoutes(ctx, [])
  await putMail({ from: 'tidemark@example.edu', smtp: '${SMTP_URL}' })
})
afterAll(async () => {
  await Promise.all([mail.close(), db.drop()])
})

const putMail = (settings: object | null) => putSetting(ctx.pool, 'people', { roles: [], audiences: [], oidc: null, mail: settings })
const as = (name: string, role: Role = 'viewer', audience: string | null = 'board') =>
  asActor(ctx, person({ id: name, name, role, audience }))
const report = (text: string, by = as('Ada'), asset: string | null = null) => reportProblem(by, { feed: 'people', asset, text })
const open = async (by: Context) => (await getOpenReports(by, 'people')).map(({ text, asset }) => [text, asset])

describe('a problem that a reader reports', () => {
  it('goes to the owner where that is an address, with who says so and what of it, and the page to settle it on', async () => {
    const { words } = await report('Names are cut.\nSince Monday.', as('Ada'), 'looker/people')
    expect(words).toContain('owner@campus.example')
    await sendLetters(ctx, { lookup: () => mail.url, key: ctx.secret, signal: new AbortController().signal })
    const letter = mail.mails[0]?.replaceAll(/=\r?\n/g, '') ?? ''
    expect(letter).toMatch(/^Subject: Ada reports a problem with People\r?$/m)
    for (const said of ['seen in looker/people', 'Names are cut.', 'Since Monday.', 'https://status.campus.example/feeds/people'])
      expect(letter).toContain(said)
  })

  it('goes to every channel that a route of the feed leads to where the owner is a name, and to none of another feed', async () => {
    await ctx.pool.query(`update feed set owner = 'Identity team'`)
    await declareRoutes(ctx, [{ feeds: ['people'], severity: 'stale' }])
    expect((await report('Names are cut.')).words).toContain('those who look after this feed')
    const { tell, notice } = channelThat(ctx)
    await tell()
    expect(notice(0)).toMatchObject({
      type: 'feed.reported',
      title: 'Ada reports a problem with People',
      link: 'https://status.campus.example/feeds/people',
      data: { feedKey: 'people', by: 'Ada', text: 'Names are cut.' },
    })
    expect(notice(0)?.lines[0]).toBe('Names are cut.')
    await declareRoutes(ctx, [{ feeds: ['others'] }])
    expect((await report('Names are cut.')).words).toContain('nobody is named')
  })

  it('waits for the end of the quiet hours and for the digest of the route that leads there', async () => {
    await ctx.pool.query(`update feed set owner = 'Identity team'`)
    const { tell, sent } = channelThat(ctx)
    const at = clock.now()
    for (const [route, hold] of [
      [{ quiet: { from: '00:00', to: '23:59' } }, 'quiet'],
      [{ digest: ['23:00'] }, 'digest'],
    ] as const) {
      clock.set(clock.now() + HOUR_MS)
      await ctx.pool.query('delete from outbox')
      await declareRoutes(ctx, [route])
      await report('Names are cut.')
      await tell()
      expect(await waitingIn(ctx)).toMatchObject([{ hold }])
    }
    expect(sent).toEqual([])
    clock.set(at + DAY_MS)
    await tell()
    expect(sent).toHaveLength(1)
  })

  const TELL = { to: 'operators@example.edu', from: 'b@example.edu', smtp: 's' }
  it.each([
    ['by tell.email where no route leads anywhere', TELL, false, 'those who look after', 'operators@example.edu'],
    [
      'by tell.email where routes lead only to PagerDuty, which takes no reports',
      TELL,
      true,
      'those who look after',
      'operators@example.edu',
    ],
    ['nobody, who is told so, where no route leads anywhere', null, false, 'nobody is named', undefined],
  ])('reaches %s', async (_, email, pages, words, to) => {
    await ctx.pool.query('update feed set owner = null')
    await makePage(ctx, { email })
    if (pages)
      await putRouting(ctx.pool, {
        channels: [{ key: 'team', kind: 'pagerduty', budget: null, settings: {} }],
        routes: [aRoute()],
      })
    expect((await report('Names are cut.')).words).toContain(words)
    await sendLetters(ctx, { lookup: () => mail.url, key: ctx.secret, signal: new AbortController().signal })
    expect(mail.mails.map((letter) => /^To: (.*?)\r?$/m.exec(letter)?.[1])).toEqual(to === undefined ? [] : [to])
    expect((await ctx.pool.query('select 1 from outbox where letter is null')).rowCount).toBe(0)
    await makePage(ctx)
  })

  it('stands on the feed for engineers until one of them settles it, and for nobody else', async () => {
    const { report: id } = await report('Names are cut.', as('Ada'), 'looker/people')
    expect(await open(as('Ada'))).toEqual([])
    expect(await open(as('Emil', 'engineer'))).toEqual([['Names are cut.', 'looker/people']])
    expect(await open(as('Olga', 'engineer', 'others'))).toEqual([])
    await expect(settleProblem(as('Ada'), id)).rejects.toThrow('takes the role engineer')
    await expect(settleProblem(as('Olga', 'engineer', 'others'), id)).rejects.toThrow('no such report')
    expect(await settleProblem(as('Emil', 'engineer'), id)).toBe('people')
    expect(await open(as('Emil', 'engineer'))).toEqual([])
    await expect(settleProblem(as('Emil', 'engineer'), id)).rejects.toThrow('settled already')
  })

  it('is taken from who has signed in and sees the feed, five times an hour', async () => {
    await expect(report('x', asActor(ctx, visitor('board')))).rejects.toThrow('Only who has signed in')
    await expect(report('x', as('Olga', 'viewer', 'others'))).rejects.toThrow('no such feed')
    await expect(report('x', as('Ada'), 'looker/other')).rejects.toThrow('no such dashboard')
    for (let nth = 0; nth < 5; nth += 1) await report('x', as('Eve'))
    await expect(report('x', as('Eve'))).rejects.toThrow('Too many reports')
    await report('x', as('Ada'))
    clock.set(clock.now() + HOUR_MS)
    await report('x', as('Eve'))
  })

  it('is taken from many at once', async () => {
    const many = Array.from({ length: 12 }, (_, nth) => report('x', as(`Reader ${nth}`)))
    expect(await Promise.all(many)).toHaveLength(12)
  })
})
