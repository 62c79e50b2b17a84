import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { POST as change } from '#app/api/v1/maintenance/change/route.ts'
import { POST as end } from '#app/api/v1/maintenance/end/route.ts'
import { GET as preview } from '#app/api/v1/maintenance/preview/route.ts'
import { POST as announce } from '#app/api/v1/maintenance/route.ts'
import { person } from '#lib/domain/access/actor.ts'
import { fillTwoGroups } from '#lib/testing/database/two-groups.ts'
import { formRequest, NOBODY, openWebWorld, type WebWorld } from '#lib/testing/worlds/web-world.ts'
import type { Asking, WebProcess } from './web-process.ts'

const ADA: Asking = { ...NOBODY, actor: person({ id: 'ada', name: 'Ada', role: 'engineer', audience: 'records' }) }
const ROOT: Asking = { ...NOBODY, actor: person({ id: 'root', name: 'Root', role: 'admin', audience: null }) }
const SUNDAYS = { when: 'recurring', days: 'week', sun: 'on', begins: '02:00', ends: '04:00' }

let world: WebWorld
let web: WebProcess
beforeAll(async () => {
  world = await openWebWorld()
  web = world.web
  await fillTwoGroups(web.context, 'hidden')
})
afterAll(() => world.close())

const send = (route: (request: Request) => Promise<Response>, asking: Asking, fields: Record<string, string>, origin?: string) =>
  web.asking.run(asking, () => route(formRequest(fields, origin === undefined ? {} : { origin })))
/** What an order leaves in the audit. */
const audited = async (order: () => Promise<Response>) => {
  const { rows: before } = await web.context.whole.query('select coalesce(max(id), 0) as id from audit')
  const answer = await order()
  const { rows } = await web.context.whole.query('select actor, action, target, refusal from audit where id > $1 order by id', [
    before[0].id,
  ])
  return { status: answer.status, location: answer.headers.get('location'), rows }
}
const one = async (sql: string) => (await web.context.whole.query(sql)).rows[0]

describe('a form without JavaScript', () => {
  it('announces, changes and ends what comes again, each with one entry, and leads back to where it stood', async () => {
    const subject = 'feed:records-feed'
    await web.context.whole.query('delete from maintenance_series')
    expect(await audited(() => send(announce, ADA, { subject, ...SUNDAYS, note: 'Patches' }))).toEqual({
      status: 303,
      location: '/feeds/records-feed',
      rows: [{ actor: 'Ada', action: 'window.open', target: subject, refusal: null }],
    })
    const { id } = await one('select id::text from maintenance_series')
    const changed = await audited(() => send(change, ADA, { subject, series: id, ...SUNDAYS, interval: '2', back: 'admin' }))
    expect(changed).toMatchObject({
      location: '/admin/maintenance',
      rows: [{ action: 'window.change', target: `series:${id}`, refusal: null }],
    })
    const ended = await audited(() => send(end, ADA, { subject, series: id }))
    expect(ended).toMatchObject({ status: 303, rows: [{ action: 'window.close', target: `series:${id}`, refusal: null }] })
    expect(await one('select count(*)::int as n from maintenance_window where series_id is not null and from_at > now()')).toEqual({ n: 0 })
  })

  it('moves a window by the clocks of the page', async () => {
    const subject = 'group:records'
    const day = new Date(web.context.clock.now() + 86_400_000).toISOString().slice(0, 10)
    await send(announce, ADA, { subject, when: 'once', from: `${day}T20:00`, to: `${day}T22:00`, note: 'Disks' })
    const { id } = await one("select id::text from maintenance_window where note = 'Disks'")
    await send(change, ADA, { subject, window: id, from: `${day}T21:00`, to: `${day}T23:00`, note: 'Disks' })
    expect(await one(`select from_at, to_at from maintenance_window where id = ${id}`)).toEqual({
      from_at: new Date(`${day}T21:00Z`),
      to_at: new Date(`${day}T23:00Z`),
    })
  })
})

describe('what is refused, with one entry each', () => {
  it.each([
    ['what somebody does not see', ADA, { subject: 'feed:hidden-feed', when: 'now', for: '2h' }, 404],
    ['everything, of an engineer', ADA, { subject: 'everything', when: 'now', for: '2h' }, 403],
    ['anything, of nobody known', NOBODY, { subject: 'feed:records-feed', when: 'now', for: '2h' }, 401],
    ['what makes no sense', ADA, { subject: 'feed:records-feed', when: 'now', for: 'ever' }, 400],
    ['what is about nothing', ADA, { subject: 'flow:records-flow', when: 'now', for: '2h' }, 400],
  ])('%s', async (_, asking, fields, status) => {
    const found = await audited(() => send(announce, asking, fields))
    expect(found).toMatchObject({ status, rows: [{ refusal: expect.any(String) }] })
    expect(found.rows).toHaveLength(1)
  })

  it('a window of another group, which is not there for somebody else', async () => {
    const { id } = await one("select id::text from maintenance_window where note = 'hidden' and subject_id is not null limit 1")
    expect(await audited(() => send(end, ADA, { subject: 'feed:records-feed', window: id }))).toMatchObject({ status: 404 })
    expect(await one(`select count(*)::int as n from maintenance_window where id = ${id}`)).toEqual({ n: 1 })
  })
})

describe('the preview', () => {
  it('says what a form means or what is wrong, and changes nothing', async () => {
    const ask = async (query: string) =>
      (await web.asking.run(ADA, () => preview(new Request(`http://localhost:3000/api/v1/maintenance/preview?${query}`)))).json()
    expect(await ask(`${new URLSearchParams(SUNDAYS)}`)).toEqual({ words: expect.stringMatching(/^Sundays 02:00–04:00 UTC, next: Sun /) })
    expect(await ask('when=now&for=ever')).toEqual({ problems: ['How long it lasts is a duration such as 45m, 2h or 1d.'] })
  })
})

describe('everything', () => {
  it('is announced by an admin, who is told where it stands', async () => {
    const found = await audited(() => send(announce, ROOT, { subject: 'everything', when: 'now', for: '2h', note: 'Network' }))
    expect(found).toEqual({
      status: 303,
      location: '/admin/maintenance',
      rows: [{ actor: 'Root', action: 'window.everything', target: '*', refusal: null }],
    })
  })
})

describe('too many orders', () => {
  it('are answered with 429 and when to come again, before anything is looked at, and stand once in the audit', async () => {
    const flood: Asking = { ...ADA, actor: person({ id: 'flood', name: 'Flood', role: 'engineer', audience: 'records' }) }
    await web.context.whole.query("insert into try_count (key, since, tries) values ('refused:person:flood', now(), 199)")
    const refused = () => send(announce, flood, { subject: 'feed:nothing', when: 'now', for: '2h' })
    expect((await refused()).status).toBe(404)
    const found = await audited(refused)
    expect(found).toMatchObject({
      status: 429,
      rows: [{ actor: 'Flood', refusal: expect.stringMatching(/^Too many orders in a short time/) }],
    })
    const again = await send(announce, flood, { subject: 'feed:records-feed', when: 'now', for: '2h' })
    expect(again.status).toBe(429)
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await again.text()).toContain('Try again in 15 minutes.')
    expect(await audited(refused)).toMatchObject({ status: 429, rows: [] })
  })

  it('of another page in the same browser keep nobody from ordering on this one', async () => {
    await web.context.whole.query("insert into try_count (key, since, tries) values ('refused:person:ada:elsewhere', now(), 200)")
    const fields = { subject: 'feed:records-feed', when: 'now', for: '2h' }
    expect((await send(announce, ADA, fields, 'https://evil.example')).status).toBe(429)
    expect((await send(announce, ADA, fields)).status).toBe(303)
  })
})
