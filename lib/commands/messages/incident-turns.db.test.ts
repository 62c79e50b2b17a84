import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { GATHER_MS } from '#lib/domain/messages/pace.ts'
import type { Route } from '#lib/domain/messages/route.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { makeFeed, makePage } from '#lib/testing/history/feed-changes.ts'
import { addEvent, endIncident, joinIncident, makeBrokenAsset, openIncident, sayOf } from '#lib/testing/incidents/stored-incidents.ts'
import { channelThat, declareRoutes, waitingIn } from '#lib/testing/worlds/told-receiver.ts'

const NOON = Date.parse('2026-11-20T17:00:00Z')
const SINCE = 'Fri 20 Nov, 12:00 (America/New_York)'
const clock = new FakeClock(NOON)

let db: TestDatabase
let ctx: Context
const feeds = new Map<string, number>()
const assets = new Map<string, number>()
beforeAll(async () => {
  db = await createTestDatabase()
  ctx = db.context(clock)
  await ctx.pool.query("insert into connection_state (key, name, kind, probe_every_ms) values ('sap', 'SAP', 'sap', 1000)")
  for (const key of ['people', 'patrons', 'payments']) {
    const feedId = await makeFeed(ctx, key, { feed: key, group: `Group of ${key}` })
    feeds.set(key, feedId)
    assets.set(key, await makeBrokenAsset(ctx, feedId, `${key === 'people' ? 'sap' : 'lake'}/${key}`, key === 'patrons' ? 'stale' : 'late'))
  }
})
beforeEach(async () => {
  clock.set(NOON)
  await ctx.pool.query('delete from outbox')
  await ctx.pool.query(
    `update incident set key = key || '#' || id, ended_at = coalesce(ended_at, now()), end_how = coalesce(end_how, 'resolved')`,
  )
  await makePage(ctx)
})
afterAll(() => db.drop())

const declare = (routes: readonly Partial<Route>[], budget: number | null = null) =>
  declareRoutes(
    ctx,
    routes.map((route) => ({ events: ['incidents'], ...route })),
    budget,
  )
const asset = (key: string) => assets.get(key) ?? 0
const openSap = () => openIncident(ctx, ['connection:sap'], [asset('people'), asset('patrons')])

const IN_AN_HOUR = NOON + HOUR_MS
const GOOD_IN_AN_HOUR = { kind: 'by' as const, at: IN_AN_HOUR, tryAt: IN_AN_HOUR, isLook: false, ifAnswering: ['SAP'], ifSucceeding: [] }

describe('an incident', () => {
  test('is told once: what was expected, what is, why, until when, whom to ask, and where to look', async () => {
    await declare([{}])
    const goodAgain = new Map([[asset('people'), GOOD_IN_AN_HOUR]])
    const { tell, notice } = channelThat(ctx, { goodAgain })
    const id = await openSap()
    expect(await tell()).toMatchObject({ delivered: 1 })
    expect(await tell()).toMatchObject({ delivered: 0 })
    expect(notice(0)).toMatchObject({
      type: 'incident.opened',
      about: `incident:${id}`,
      title: `SAP has not answered since ${SINCE}`,
      lines: [
        'Expected of people: every day at 01:00.',
        'Affected: people (Group of people), late and patrons (Group of patrons), stale.',
        'It does not accept connections.',
        'Good by about Fri 20 Nov, 13:00 (America/New_York) if SAP answers.',
        'Nobody is on it yet; ask owner@campus.example.',
      ],
      status: 'stale',
      isOver: false,
      link: `https://status.campus.example/incidents/${id}`,
      data: {
        incident: String(id),
        causes: [{ kind: 'connection', name: 'SAP', since: '2026-11-20T17:00:00.000Z', status: 'late' }],
        feeds: [
          { feedKey: 'people', place: 'root' },
          { feedKey: 'patrons', place: 'dependant' },
        ],
        goodAgain: '2026-11-20T18:00:00.000Z',
      },
    })
  })

  test('is told to who hears of incidents by the first route that fits, only as far as that leads', async () => {
    await declare([{ groups: ['people-group'], events: ['feeds'] }, { place: 'dependant' }])
    const { tell, notice } = channelThat(ctx)
    await openSap()
    await tell()
    expect(notice(0)?.data['feeds']).toMatchObject([{ feedKey: 'patrons' }])
    expect(notice(0)?.lines.join()).not.toContain('people')
  })

  test('of whose causes its receiver may not know one does not name it', async () => {
    await declare([{ groups: ['patrons-group'] }])
    await ctx.pool.query(`insert into audience_group select 'board', id from subject where key = 'people-group'`)
    const { tell, notice, titles } = channelThat(ctx)
    await openSap()
    await tell()
    await ctx.pool.query('delete from audience_group')
    expect(titles()).toEqual([`A system you may not see is late since ${SINCE}`])
    expect(JSON.stringify(notice(0))).not.toMatch(/sap|people|accept connections/)
  })

  test('that flaps twenty times is two messages, whatever joins and comes back', async () => {
    await declare([{}])
    const { tell, titles } = channelThat(ctx)
    const id = await openSap()
    for (let n = 0; n < 20; n += 1) {
      await tell()
      await clock.advance(3 * MINUTE_MS)
      await addEvent(ctx, id, 'changed', { kind: n % 2 === 0 ? 'left' : 'reopened' })
    }
    await joinIncident(ctx, id, asset('payments'))
    await tell()
    await endIncident(ctx, id)
    await tell()
    expect(titles()).toEqual([`SAP has not answered since ${SINCE}`, `Over: SAP had not answered since ${SINCE}`])
  })

  test('of a storm whose cause is noticed last is one of two messages', async () => {
    await declare([{}])
    const { tell, titles, sent } = channelThat(ctx)
    const first = await openIncident(ctx, [`asset:${asset('people')}`], [asset('people')])
    await tell()
    const others: number[] = []
    for (let n = 0; n < 200; n += 1) {
      clock.set(NOON + n * 300)
      others.push(await openIncident(ctx, [`asset:${asset('patrons')}`], [asset('patrons')]))
    }
    await tell()
    clock.set(NOON + 61 * SECOND_MS)
    await ctx.pool.query(
      `update incident set roots = '[{"key": "connection:sap", "since": ${NOON}, "from": ${NOON}, "to": null}]' where id = $1`,
      [first],
    )
    for (const id of others) await endIncident(ctx, id, first)
    await joinIncident(ctx, first, asset('patrons'))
    await addEvent(ctx, first, 'changed', { kind: 'root-changed' })
    for (const at of [61 * SECOND_MS, GATHER_MS, HOUR_MS]) {
      clock.set(NOON + at)
      await tell()
    }
    expect(titles()).toEqual([`sap/people is late since ${SINCE}`, `Changed: SAP has not answered since ${SINCE}`])
    expect(sent.map((message) => 'about' in message && message.about)).toEqual([`incident:${first}`, `incident:${first}`])
    expect(await waitingIn(ctx)).toEqual([])
  })

  test('that goes on in an older one is over for who was told of it', async () => {
    await declare([{}])
    const { tell, notice } = channelThat(ctx, { isAlone: true })
    const older = await openSap()
    const younger = await openIncident(ctx, [`asset:${asset('payments')}`], [asset('payments')])
    await tell()
    await clock.advance(GATHER_MS)
    await endIncident(ctx, younger, older)
    await tell()
    expect(notice(2)).toMatchObject({ type: 'incident.resolved', about: `incident:${younger}`, isOver: true })
    expect(notice(2)?.lines[0]).toBe('It goes on in an older incident, which has the same cause.')
    await sayOf(ctx, younger, 'assigned', { to: 'Grace' })
    await addEvent(ctx, older, 'changed', { kind: 'merged' })
    await clock.advance(GATHER_MS)
    await tell()
    expect(notice(3)?.lines.at(-1)).toBe('Grace is on it.')
  })

  test('is told of again while it goes on, unless somebody put that off or there was other news', async () => {
    await declare([{ remindMs: HOUR_MS }])
    const { tell, titles, notice } = channelThat(ctx)
    const id = await openSap()
    await tell()
    await clock.advance(30 * MINUTE_MS)
    await sayOf(ctx, id, 'updated', { text: 'The vendor knows.' })
    await addEvent(ctx, id, 'updated', { kind: 'updated' })
    await tell()
    await clock.advance(30 * MINUTE_MS)
    await tell()
    expect(titles()).toHaveLength(2)
    expect(notice(1)).toMatchObject({ type: 'incident.updated', lines: expect.arrayContaining(['Ada says: The vendor knows.']) })
    await clock.advance(30 * MINUTE_MS)
    await tell()
    expect(titles()[2]).toBe(`Still: SAP has not answered since ${SINCE}`)
    expect(notice(2)?.data).toMatchObject({ reminder: true })
    const until = clock.now() + 5 * HOUR_MS
    await sayOf(ctx, id, 'snoozed', { until })
    await clock.advance(HOUR_MS)
    await tell()
    expect(await waitingIn(ctx)).toMatchObject([{ at: until }])
    clock.set(until)
    await tell()
    expect(titles()).toHaveLength(4)
    await clock.advance(MINUTE_MS * 10)
    await endIncident(ctx, id)
    await tell()
    expect(titles()[4]).toMatch(/^Over: /)
    expect(await waitingIn(ctx)).toEqual([])
  })

  test('that is well for a moment waits to be told until that is decided', async () => {
    await declare([{ remindMs: 10 * MINUTE_MS }])
    const { tell, titles } = channelThat(ctx)
    const id = await openSap()
    await tell()
    await clock.advance(5 * MINUTE_MS)
    const well = clock.now()
    await ctx.pool.query('update incident set well_since = $2 where id = $1', [id, new Date(well)])
    await addEvent(ctx, id, 'changed', { kind: 'root-changed' })
    await tell()
    await clock.advance(6 * MINUTE_MS)
    await tell()
    expect(titles()).toHaveLength(1)
    expect(new Set((await waitingIn(ctx)).map(({ at }) => at))).toEqual(new Set([well + 16 * MINUTE_MS]))
    await ctx.pool.query('update incident set well_since = null where id = $1', [id])
    await addEvent(ctx, id, 'changed', { kind: 'reopened' })
    await tell()
    expect(titles()[1]).toMatch(/^Changed: SAP/)
  })

  test('that began and ended in quiet hours, or within a moment, is told to nobody', async () => {
    await declare([{ quiet: { from: '11:00', to: '13:00' } }])
    const { tell, sent } = channelThat(ctx)
    const id = await openSap()
    await tell()
    await clock.advance(MINUTE_MS)
    await endIncident(ctx, id)
    await clock.advance(HOUR_MS)
    await tell()
    expect(sent).toEqual([])
    expect(await waitingIn(ctx)).toEqual([])
  })

  test('is tried again as it stands, and not at all where its end was told', async () => {
    await declare([{}])
    const failed = { ok: false, kind: 'retry', problem: 'Busy.' } as const
    const { tell, titles, ids } = channelThat(ctx, { answers: [failed, failed] })
    const id = await openSap()
    await tell()
    await clock.advance(5 * SECOND_MS)
    await tell()
    await clock.advance(GATHER_MS)
    await endIncident(ctx, id)
    await tell()
    await clock.advance(HOUR_MS)
    await tell()
    expect(titles().map((title) => title.slice(0, 5))).toEqual(['SAP h', 'SAP h', 'Over:'])
    expect(ids()[1]).toBe(ids()[0])
    expect(await waitingIn(ctx)).toEqual([])
  })
})
