import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EVENTS_MAX, WAITING_MAX } from '#lib/commands/push/accept-messages.ts'
import { openPushDoor } from '#lib/testing/push/push-door.ts'
import { runIdOf } from '#lib/testing/push/push-world.ts'

let door: Awaited<ReturnType<typeof openPushDoor>>
beforeAll(async () => {
  door = await openPushDoor()
})
afterAll(() => door.close())
beforeEach(() => door.world.web.context.whole.query('truncate push_inbox'))

const LINEAGE = '/api/v1/lineage'
const BEAT = '/api/v1/assets/lake/records/heartbeat'

const send: typeof door.send = (...asked) => door.send(...asked)

let count = 0
const event = (own: object = {}) => {
  count += 1
  return {
    eventType: 'COMPLETE',
    eventTime: '2026-11-20T06:04:10.123456Z',
    producer: 'https://example.invalid/loader',
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId: runIdOf(count), facets: { own_facet: { anything: [1, 2] } } },
    job: { namespace: 'loads', name: 'load.orders' },
    ...own,
  }
}
const inbox = async () =>
  (await door.world.web.context.whole.query('select kind, body, audience, taken_at from push_inbox order by id')).rows

describe('events of OpenLineage', () => {
  it('are answered with 201 once they are stored, whole, and with 200 when all of them were before', async () => {
    const events = [event(), event()]
    const first = await send(LINEAGE, events)
    expect([first.status, first.told]).toEqual([201, { stored: 2, known: 0 }])
    expect((await inbox()).map(({ body }) => body.run.facets)).toEqual([
      { own_facet: { anything: [1, 2] } },
      { own_facet: { anything: [1, 2] } },
    ])
    const more = event()
    const again = [await send(LINEAGE, events), await send(LINEAGE, [events[1], more, more])]
    expect(again.map(({ status, told }) => [status, told])).toEqual([
      [200, { stored: 0, known: 2 }],
      [201, { stored: 1, known: 2 }],
    ])
    expect(await inbox()).toHaveLength(3)
  })

  it('may come alone and packed by gzip, and with an offset in place of Z', async () => {
    const packed = gzipSync(JSON.stringify(event({ eventTime: '2026-11-20T07:04:10+0100' })))
    expect((await send(LINEAGE, packed, { 'content-encoding': 'gzip' })).status).toBe(201)
  })

  it('are refused with all that is wrong with any of them, and none of them is taken', async () => {
    const { status, told } = await send(LINEAGE, [
      event(),
      event({ eventTime: '2026-11-20T06:04:10', run: { runId: 'x' } }),
      { producer: 1 },
    ])
    expect(status).toBe(400)
    for (const words of [
      'Event 2: "eventTime"',
      'Event 2: "run.runId" is not a UUID',
      'Event 3: "eventTime"',
      'Event 3: "producer"',
      'Event 3: "schemaURL"',
    ])
      expect(told.problem).toContain(words)
    expect(await inbox()).toEqual([])
  })

  it.each<[string, number, unknown, Record<string, string>]>([
    ['no JSON', 400, '{"a": ', {}],
    ['nothing', 400, '', {}],
    ['another kind of content', 415, 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['another packing', 415, 'x', { 'content-encoding': 'br' }],
    ['what says that it is packed', 400, 'x', { 'content-encoding': 'gzip' }],
    ['more bytes than are taken', 413, 'x'.repeat(5 * 1024 * 1024 + 1), {}],
    ['more bytes than are taken, packed', 413, gzipSync('x'.repeat(5 * 1024 * 1024 + 1)), { 'content-encoding': 'gzip' }],
    ['more events than are taken', 413, Array.from({ length: EVENTS_MAX + 1 }, () => ({})), {}],
  ])('%s is answered with %i', async (_what, wanted, body, headers) => {
    expect((await send(LINEAGE, body, headers)).status).toBe(wanted)
  })

  it('wait only as long as there is room: 503 says when to come back', async () => {
    const { whole } = door.world.web.context
    const { query } = whole
    // Each message that waits counts for as many as may wait; to write that many takes seconds.
    whole.query = (async (...given: unknown[]) => {
      const answer = await Reflect.apply(query, whole, given)
      const isCount = String(given[0]).startsWith('select count(*)::int as count from (select from push_inbox where')
      return isCount ? { ...answer, rows: answer.rows.map(({ count }: { count: number }) => ({ count: count * WAITING_MAX })) } : answer
    }) as typeof query
    try {
      const answer = () => send(LINEAGE, event()).then(({ status, headers }) => [status, headers.get('retry-after')])
      await expect.poll(answer, { timeout: 20_000 }).toEqual([503, '15'])
    } finally {
      whole.query = query
    }
  })
})

describe('who hands something in', () => {
  it.each([
    ['nobody', 401],
    ['reader', 403],
    ['viewer', 403],
  ])('is not %s', async (by, wanted) => {
    const answers = [
      await send(LINEAGE, event(), {}, 'POST', by),
      await send(BEAT, {}, {}, 'POST', by),
      await send(BEAT, null, {}, 'GET', by),
    ]
    expect(answers.map(({ status }) => status)).toEqual([wanted, wanted, wanted])
    expect(answers[0]?.headers.get('www-authenticate')).toContain('Bearer')
    expect(await inbox()).toEqual([])
  })

  it('leaves one entry in the audit for all of an hour', async () => {
    for (let i = 0; i < 3; i += 1) await send(LINEAGE, event())
    const { rows } = await door.world.web.context.whole.query("select actor, refusal from audit where action = 'push.hand-in'")
    expect(rows.filter(({ actor }) => actor.startsWith('pusher')).map(({ refusal }) => refusal)).toEqual([null])
  })

  it('tells nothing of an asset that its token does not see', async () => {
    const sent = ['/api/v1/assets/lake/hidden/heartbeat', '/api/v1/assets/lake/nothing/heartbeat', BEAT].map((path) =>
      send(path, {}, {}, 'POST', 'narrow'),
    )
    expect((await Promise.all(sent)).map(({ status }) => status)).toEqual([404, 404, 201])
    expect((await inbox()).map(({ audience }) => audience)).toEqual(['records'])
  })
})

describe('a heartbeat', () => {
  it('is told by a body, by none, or by an address that curl can ask for', async () => {
    const answers = [
      await send(BEAT, ''),
      await send(BEAT, { state: 'success', rows: 12, through: '2026-11-20T05:00:00Z' }),
      await send(`${BEAT}?state=fail&rows=0`, null, {}, 'GET'),
      await send('/api/v1/assets/lake%2Frecords/heartbeat', { state: 'start', run: 'a' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    expect(answers.every(({ headers }) => headers.get('cache-control') === 'no-store')).toBe(true)
    expect((await inbox()).map(({ body }) => [body.asset, body.told.state, body.told.rows ?? null])).toEqual([
      ['lake/records', 'success', null],
      ['lake/records', 'success', 12],
      ['lake/records', 'fail', 0],
      ['lake/records', 'start', null],
    ])
  })

  it('is known when it comes again under the same key, of the same run or the same instant', async () => {
    const twice = async (body: unknown, headers = {}) => [
      (await send(BEAT, body, headers)).status,
      (await send(BEAT, body, headers)).status,
    ]
    expect(await twice({}, { 'idempotency-key': 'nightly 1' })).toEqual([201, 200])
    expect(await twice({ run: 'b' })).toEqual([201, 200])
    expect(await twice({ at: '2026-11-20T05:00:00Z' })).toEqual([201, 200])
    expect(await twice({})).toEqual([201, 201])
  })

  it('is not told by what asks ahead of need, or only for a head', async () => {
    expect((await send(BEAT, null, { 'sec-purpose': 'prefetch' }, 'GET')).status).toBe(400)
    const head = await send(BEAT, null, {}, 'HEAD')
    expect([head.status, head.headers.get('allow')]).toEqual([405, 'GET, POST, OPTIONS'])
    expect((await send(BEAT, null, {}, 'HEAD', 'reader')).status).toBe(405)
    expect(await inbox()).toEqual([])
  })

  it('is refused with all that is wrong with it', async () => {
    const { status, told } = await send(BEAT, { state: 'done', rows: -1, at: 'yesterday' })
    expect([status, told.problem]).toEqual([400, expect.stringMatching(/"state" is start.*"at" is not a date.*"rows" is less than 0/)])
    expect((await send(`${BEAT}?state=done&colour=red`, null, {}, 'GET')).status).toBe(400)
  })
})
