import { describe, expect, it } from 'vitest'
import httpConnector from '#lib/connectors/http.ts'
import type { ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { departmentWorld, DEPARTMENTS_NOW as now, type SignIn } from '#lib/testing/worlds/department-world.ts'

const http = askOnce(httpConnector)

const world = await departmentWorld()
const { departments, other, clock } = world

describe('getting in', () => {
  it.each([
    ['key', 'parking/permits'],
    ['basic', 'alumni/addresses'],
    ['bearer', 'it/tickets'],
    ['none', 'housing/rooms'],
  ] as const)('works by %s', async (sign, checkPath) => {
    expect(await http.check(world.connected({ ...world.signIn(sign), checkPath }))).toMatchObject({
      ok: true,
      detail: expect.stringContaining('answers'),
    })
  })

  it('or says why not, without a secret', async () => {
    const health = await http.check(world.connected({ auth: 'bearer', token: 'hunter2', checkPath: 'it/tickets' }))
    expect(health).toMatchObject({ ok: false, detail: expect.stringContaining('refused the credentials') })
    expect(health.detail).not.toContain('hunter2')
    expect(await http.check(world.connected({ baseUrl: 'http://127.0.0.1:1' }))).toMatchObject({
      ok: false,
      detail: expect.stringContaining('refuses connections'),
    })
    expect(await http.check(world.connected())).toMatchObject({ ok: true, detail: expect.stringContaining('set checkPath') })
    expect(await http.check(world.connected({ checkPath: 'no/such' }))).toMatchObject({ ok: false })
  })
})

const asset = (path: string, more: Partial<ObservedAsset> = {}): ObservedAsset => ({
  key: `department/${path}`,
  path,
  settings: {},
  previous: null,
  ...more,
})
async function probe(sign: SignIn, path: string, previous: Record<string, unknown> | null = null, more: object = {}) {
  const [seen] = await Array.fromAsync(http.observe(world.connected({ ...world.signIn(sign), ...more }), [asset(path, { previous })]))
  if (!seen) throw new Error('one observation per asset')
  return seen
}
const stateOf = (seen: Awaited<ReturnType<typeof probe>>) => (seen.ok ? seen.state : null)
const HOUR = 3_600_000

describe('looking', () => {
  it('takes the time from Last-Modified, strongly', async () => {
    expect(await probe('bearer', 'dining/transactions')).toMatchObject({
      ok: true,
      rows: null,
      readings: [{ clock: 'writtenAt', at: Date.parse('2026-11-20T09:00:00Z'), precision: 'instant' }],
      evidence: { method: 'last-modified', strength: 'strong' },
    })
  })

  it('does not believe a server that was always written just now', async () => {
    departments.faults.set({ kind: 'always-now' })
    const first = await probe('bearer', 'it/tickets')
    expect(first).toMatchObject({ readings: [{ at: now }], evidence: { method: 'content', strength: 'weak' } })
    clock.set(now + 20 * 60_000)
    expect(await probe('bearer', 'it/tickets', stateOf(first))).toMatchObject({ readings: [{ at: now }] })
    clock.set(now + HOUR)
    expect(await probe('bearer', 'it/tickets', stateOf(first))).toMatchObject({ readings: [{ at: now + HOUR }] })
  })

  it.each([
    ['none', 'athletics/tickets', 'strong'],
    ['none', 'housing/rooms', 'weak'],
  ] as const)('by %s sees from the ETag of %s when it changes', async (sign, path, strength) => {
    const first = await probe(sign, path)
    expect(first).toMatchObject({ readings: [{ at: now }], evidence: { method: 'etag', strength: 'weak' } })
    clock.set(now + 10 * 60_000)
    expect(await probe(sign, path, stateOf(first))).toMatchObject({ readings: [{ at: now }], evidence: { strength } })
    clock.set(now + 4 * HOUR)
    expect(await probe(sign, path, stateOf(first))).toMatchObject({ readings: [{ at: now + 4 * HOUR }] })
  })

  it('falls back on the content, weakly, also where HEAD is not understood', async () => {
    const first = await probe('basic', 'bookstore/adoptions')
    expect(first).toMatchObject({ readings: [{ at: now }], evidence: { method: 'content', strength: 'weak' } })
    clock.set(now + 60_000)
    expect(await probe('basic', 'bookstore/adoptions', stateOf(first))).toMatchObject({ readings: [{ at: now }] })
    departments.faults.set({ kind: 'no-head' })
    expect(await probe('bearer', 'dining/transactions')).toMatchObject({ evidence: { method: 'last-modified', strength: 'strong' } })
  })

  it("a failure of one address is its own, that of the system everybody's", async () => {
    expect(await probe('none', 'no/such')).toMatchObject({ ok: false, publicMessage: expect.stringContaining('does not know') })
    departments.faults.set({ kind: 'html-page' })
    expect(await probe('none', 'housing/rooms')).toMatchObject({ ok: false, publicMessage: expect.stringContaining('web page') })
    departments.faults.set({ kind: 'unauthorized' })
    await expect(probe('none', 'housing/rooms')).rejects.toMatchObject({ systemWide: true })
    departments.faults.set({ kind: 'down' })
    await expect(probe('none', 'housing/rooms')).rejects.toMatchObject({ systemWide: true })
  })

  it('an empty answer is nothing, not an arrival', async () => {
    other.behave((response) => response.writeHead(200, { 'content-length': '0', 'last-modified': 'Fri, 20 Nov 2026 08:00:00 GMT' }).end())
    expect(await probe('none', 'x', null, { baseUrl: other.url })).toMatchObject({
      ok: true,
      readings: [{ at: null }],
      warnings: ['x is empty'],
    })
  })
})

describe('several addresses', () => {
  const paths = ['good', 'shut', 'dead', 'gone', 'forbidden']
  const probeAll = (statuses: Record<string, number>, wanted = paths) => {
    other.behave((response, { path }) => {
      const status = statuses[path.split('/').at(-1) ?? ''] ?? 200
      response.writeHead(status, { etag: '"1"', 'content-type': 'text/csv' }).end(status === 200 ? 'a,b' : '')
    })
    return Array.fromAsync(
      http.observe(
        world.connected({ baseUrl: other.url }),
        wanted.map((path) => asset(path)),
      ),
    )
  }
  const bad = { shut: 401, dead: 502, gone: 410, forbidden: 403 }

  it.each([
    ['first', paths],
    ['last', paths.toReversed()],
  ])('are each their own, also behind a shut door or a dead server, when one that answers comes %s', async (_, wanted) => {
    const seen = await probeAll(bad, wanted)
    expect(Object.fromEntries(seen.map((one) => [one.assetKey, one.ok ? 'ok' : one.lasting]))).toEqual({
      'department/good': 'ok',
      'department/shut': 'refused',
      'department/dead': undefined,
      'department/gone': 'gone',
      'department/forbidden': 'refused',
    })
  })

  it('that all stay shut are the connection’s, however many they are', async () => {
    await expect(probeAll({ shut: 401, dead: 503 }, ['shut', 'dead'])).rejects.toMatchObject({ systemWide: true })
    const asked = other.requests.length
    const many = Array.from({ length: 100 }, (_, n) => `a${n}`)
    await expect(probeAll(Object.fromEntries(many.map((path) => [path, 401])), many)).rejects.toMatchObject({ systemWide: true })
    expect(other.requests.length - asked).toBe(20)
  })
})

describe('times that are none', () => {
  const headers = (more: Record<string, string>) =>
    other.behave((response) => {
      response.sendDate = false
      response.writeHead(200, { 'content-type': 'text/csv', date: new Date(clock.now()).toUTCString(), ...more }).end('a\n1\n')
    })
  it.each([
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Tue, 01 Jan 1980 00:00:00 GMT',
    'Sat, 26 Oct 1985 08:15:00 GMT',
    'Fri, 01 Jan 2106 00:00:00 GMT',
    '-1',
    '0',
    'yesterday',
  ])('Last-Modified: %s does not go before an ETag, and is no time of writing', async (modified) => {
    headers({ 'last-modified': modified, etag: '"v1"' })
    const first = await probe('none', 'x.csv', null, { baseUrl: other.url })
    expect(first).toMatchObject({ readings: [{ at: now }], evidence: { method: 'etag' } })
    clock.set(now + 60_000)
    expect(await probe('none', 'x.csv', stateOf(first), { baseUrl: other.url })).toMatchObject({ readings: [{ at: now }] })
    headers({ 'last-modified': modified, etag: '"v2"' })
    expect(await probe('none', 'x.csv', stateOf(first), { baseUrl: other.url })).toMatchObject({ readings: [{ at: now + 60_000 }] })
    headers({ 'last-modified': modified })
    expect(await probe('none', 'x.csv', null, { baseUrl: other.url })).toMatchObject({
      readings: [{ at: now + 60_000 }],
      evidence: { method: 'content' },
    })
  })

  it('the time of the answer itself is none, on whatever clock', async () => {
    const wrongClock = new Date(now - 86_400_000).toUTCString()
    headers({ 'last-modified': wrongClock, date: wrongClock, etag: '"v1"' })
    expect(await probe('none', 'x.csv', null, { baseUrl: other.url })).toMatchObject({ evidence: { method: 'etag' } })
  })

  it('rows that are labelled as a web page are looked at as what they are', async () => {
    headers({ 'content-type': 'text/html', 'last-modified': 'Thu, 19 Nov 2026 08:00:00 GMT' })
    expect(await probe('none', 'x.csv', null, { baseUrl: other.url })).toMatchObject({
      readings: [{ at: Date.parse('2026-11-19T08:00:00Z') }],
    })
  })
})

it('a check that does not get in leaves all that is known in the log', async () => {
  const lines: string[] = []
  const log = { ...world.connected().log, warn: (message: string, data?: object) => void lines.push(`${message} ${JSON.stringify(data)}`) }
  other.behave((response) => response.writeHead(500).end('the pool is exhausted'))
  const health = await http.check({ ...world.connected({ baseUrl: other.url }), log })
  expect(health).toMatchObject({ ok: false })
  expect(lines).toEqual([expect.stringContaining('the pool is exhausted')])
})
