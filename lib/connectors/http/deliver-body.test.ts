import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import httpConnector from '#lib/connectors/http.ts'
import type { Delivery, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { departmentWorld, DEPARTMENTS_NOW as now, type SignIn } from '#lib/testing/worlds/department-world.ts'

const http = askOnce(httpConnector)

const world = await departmentWorld()
const { departments, clock } = world

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
const HOUR = 3_600_000

const whole = Buffer.from(Array.from({ length: 20_000 }, (_, id) => `${id},Zoë ${id}\n`).join(''))
const sha256 = createHash('sha256').update(whole).digest('hex')
const delivery = (path = 'exports/patrons_2026-11-20.csv', options: object = {}): Delivery => ({
  path,
  contentType: 'text/csv; charset=utf-8',
  bytes: whole.length,
  sha256,
  async *open() {
    for (let at = 0; at < whole.length; at += 65_536) yield whole.subarray(at, at + 65_536)
  },
  options: { ...options },
})
const box = (more: object = {}) => world.connected({ baseUrl: `${departments.url}/drop-box`, ...world.signIn('bearer'), ...more })
const deliver = (given = delivery(), more: object = {}) => http.deliver(box(more), given)
const kept = async () =>
  (await readdir(departments.folder, { recursive: true, withFileTypes: true }))
    .flatMap((entry) => (entry.isFile() ? [entry.name] : []))
    .sort()

describe('a delivery', () => {
  beforeEach(async () => {
    for (const name of await readdir(departments.folder)) await rm(join(departments.folder, name), { recursive: true })
  })

  it('is sent with its digest, and can be repeated', async () => {
    expect(await deliver()).toEqual({ detail: `exports/patrons_2026-11-20.csv was taken (HTTP 201): ${whole.length} bytes.` })
    expect(await deliver(delivery(undefined, { verify: 'head' }))).toEqual({
      detail: `exports/patrons_2026-11-20.csv was taken (HTTP 204): ${whole.length} bytes, and its sha256 is the same.`,
    })
    expect((await readFile(join(departments.folder, 'exports/patrons_2026-11-20.csv'))).equals(whole)).toBe(true)
    expect(await kept()).toEqual(['patrons_2026-11-20.csv'])
  })

  it('may be posted, and bring a side-car', async () => {
    await deliver(delivery('a b/ü.csv', { method: 'POST' }))
    await deliver(delivery('x.csv', { checksum: 'sha256' }))
    expect(await kept()).toEqual(['x.csv', 'x.csv.sha256', 'ü.csv'])
    expect(await readFile(join(departments.folder, 'x.csv.sha256'), 'utf8')).toBe(`${sha256}  x.csv\n`)
    expect(http.deliverOptions?.safeParse({ method: 'POST', checksum: 'sha256' }).success).toBe(false)
  })

  it('that is posted again is known as the same one', async () => {
    const keys: (string | undefined)[] = []
    const server = createServer((request, response) => {
      keys.push(request.headers['idempotency-key']?.toString())
      request.resume().on('end', () => response.writeHead(201).end())
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    for (const method of ['POST', 'POST', 'PUT']) await deliver(delivery('x.csv', { method }), { baseUrl })
    server.close()
    expect(keys).toEqual([`"${sha256}"`, `"${sha256}"`, undefined])
  })

  it('is refused by a server that compares the digest and got something else', async () => {
    await expect(deliver({ ...delivery(), sha256: 'f'.repeat(64) })).rejects.toMatchObject({ code: 'refused', retryable: false })
    expect(await kept()).toEqual([])
  })

  it.each([
    ['keeps-half', { verify: 'head' }, `it has ${Math.floor(whole.length / 2)} of ${whole.length} bytes`, true],
    ['keeps-nothing', { verify: 'head' }, 'does not know', false],
    ['full', {}, 'error of its own', true],
    ['breaks-off', {}, 'broke the connection', true],
    ['too-many-requests', {}, 'come back later', true],
    ['redirect-elsewhere', {}, 'sent us elsewhere', false],
    ['unauthorized', {}, 'refused the credentials', false],
  ] as const)('%s ends in words', async (kind, options, words, retryable) => {
    departments.faults.set({ kind })
    await expect(deliver(delivery(undefined, options))).rejects.toMatchObject({ retryable, publicMessage: expect.stringContaining(words) })
  })

  it.each(['../x', '/x', 'x/'])('never goes to %j', async (path) => {
    await expect(deliver(delivery(path))).rejects.toMatchObject({ code: 'invalid' })
  })

  it('is found where it landed, under the name of the newest day', async () => {
    await deliver(delivery('exports/patrons_2026-11-17.csv'))
    clock.set(now + HOUR)
    await deliver(delivery('exports/patrons_2026-11-19.csv'))
    clock.set(now + 2 * HOUR)
    const seen = await probe('bearer', 'exports/patrons_{date}.csv', null, { baseUrl: `${departments.url}/drop-box` })
    expect(seen).toMatchObject({ ok: true, readings: [{ at: now + HOUR }], state: { name: 'exports/patrons_2026-11-19.csv' } })
    expect(await probe('bearer', 'exports/other_{date}.csv', null, { baseUrl: `${departments.url}/drop-box` })).toMatchObject({ ok: false })
    expect(await probe('bearer', 'exports/x_{timestamp}.csv', null, { baseUrl: `${departments.url}/drop-box` })).toMatchObject({
      ok: false,
      publicMessage: expect.stringContaining('cannot be looked for'),
    })
  })

  it('ends at once when it is cancelled', async () => {
    const cancel = new AbortController()
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield whole.subarray(0, 1000)
      cancel.abort()
      yield whole.subarray(1000)
    }
    const connection = { ...box(), signal: cancel.signal }
    await expect(http.deliver(connection, { ...delivery(), open: endless })).rejects.toMatchObject({ code: 'cancelled' })
    await expect.poll(kept).toEqual([])
  })
})
