import type { AddressInfo } from 'node:net'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OverviewKey } from '#app/_lib/overview-key.ts'
import { headOf, rawRequest } from '../../e2e/attack/raw-request.ts'
import { withOverview } from './answer-overview.ts'
import { createDoor } from './door.ts'
import type { Snapshots } from './snapshots.ts'

/** What a reader's cookie stands for here. */
const KEYS: Record<string, OverviewKey | null> = { none: null, ledger: 'member:ledger', payroll: 'member:payroll' }

let door: ReturnType<typeof createDoor>
let port: number
let wasRendered: { url: string | undefined; reader: unknown }[]
let snapshots: Pick<Snapshots, 'read'> | null

beforeEach(async () => {
  globalThis.tidemarkWebProcess = { internalKey: 'x' } as never
  wasRendered = []
  snapshots = {
    read: async (key, form) => {
      const plain = Buffer.from(`${form} of ${key} `.repeat(50))
      return { headers: { 'content-type': 'text/html', 'x-of': key }, etag: `W/"${form} ${key}"`, plain, gzip: gzipSync(plain) }
    },
  }
  door = createDoor({
    isDevelopment: false,
    addresses: [],
    proxies: [],
    catalogueAddress: async () => null,
    answer: (request, response) =>
      withOverview({
        snapshots,
        keyOf: async (headers) => KEYS[headers.get('cookie') ?? ''] ?? (headers.has('cookie') ? null : 'public'),
        answer: async (asked, answer) => {
          wasRendered.push({ url: asked.url, reader: asked.headers['x-tidemark-reader'] })
          answer.end('by Next')
        },
      })(request, response),
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  port = (door.address() as AddressInfo).port
})

afterEach(() => {
  globalThis.tidemarkWebProcess = undefined
  door.closeAllConnections()
  return new Promise((resolve) => door.close(resolve))
})

const ask = (headers: Record<string, string> = {}, target = '/', method = 'GET') => rawRequest(port, headOf(method, target, headers))

describe('the overview', () => {
  it('is that of whoever asks, document and update', async () => {
    expect((await ask()).body).toMatch(/^document of public /)
    expect((await ask({ cookie: 'ledger' })).body).toMatch(/^document of member:ledger /)
    expect((await ask({ cookie: 'payroll', rsc: '1' }, '/?_rsc=x')).body).toMatch(/^update of member:payroll /)
    expect(wasRendered).toEqual([])
  })

  it('leads who must sign in to where they can, and shows nothing', async () => {
    for (const more of [{}, { rsc: '1' }, { 'if-none-match': 'W/"document public"' }]) {
      const { status, head, body } = await ask({ cookie: 'none', ...more })
      expect([status, body]).toEqual([303, ''])
      expect(head).toMatch(/location: \/sign-in\?to=%2F\r/i)
      expect(head).toMatch(/cache-control: no-store/i)
    }
  })

  it('is not sent again to who has it, and always to who has another', async () => {
    for (const tag of ['W/"document member:ledger"', '"document member:ledger"', '"x", W/"document member:ledger"']) {
      const { status, head, body } = await ask({ cookie: 'ledger', 'if-none-match': tag })
      expect([status, body], tag).toEqual([304, ''])
      expect(head).toContain('x-of: member:ledger')
    }
    for (const tag of ['W/"document member:payroll"', 'W/"document public"', 'W/"update member:ledger"', '*', '']) {
      const { status, body } = await ask({ cookie: 'ledger', 'if-none-match': tag })
      expect([status, body], tag).toEqual([200, expect.stringMatching(/^document of member:ledger /)])
    }
  })

  it('is packed for who takes that, and only for them', async () => {
    for (const accepted of ['gzip', 'br, GZIP;q=0.5', '*', 'identity;q=0, *;q=1']) {
      const { head, body } = await ask({ 'accept-encoding': accepted })
      expect(head, accepted).toMatch(/content-encoding: gzip/i)
      expect(gunzipSync(Buffer.from(body, 'latin1')).toString(), accepted).toMatch(/^document of public /)
    }
    for (const accepted of ['', 'br', 'gzip;q=0', 'gzip;q=0, *', 'gzip;q=x', 'nonsense;;,=']) {
      const { head, body } = await ask({ 'accept-encoding': accepted })
      expect(head, accepted).not.toMatch(/content-encoding/i)
      expect(body, accepted).toMatch(/^document of public /)
    }
  })

  it('answers HEAD with all but the body', async () => {
    const { status, head, body } = await ask({ cookie: 'ledger' }, '/', 'HEAD')
    expect([status, body]).toEqual([200, ''])
    expect(head).toMatch(/content-length: \d{3}/i)
  })

  it('with a question, and every other address, is left to Next', async () => {
    for (const target of ['/?q=x', '/runs', '/overview', '/overview/public']) expect((await ask({}, target)).body).toBe('by Next')
    expect(wasRendered.every(({ reader }) => reader === undefined)).toBe(true)
  })

  it('is rendered for each reader to develop', async () => {
    snapshots = null
    await ask({ cookie: 'ledger', rsc: '1', 'x-tidemark-reader': 'all' }, '/?_rsc=abc')
    await ask()
    expect(wasRendered).toEqual([
      { url: '/overview?_rsc=abc', reader: 'member%3Aledger' },
      { url: '/overview', reader: 'public' },
    ])
  })
})
