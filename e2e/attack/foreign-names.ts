import { expect } from '@playwright/test'
import type { Harness } from '../harness.ts'
import { ask, inTurn } from './ask.ts'
import { contentsOf, HOSTILE, MARK } from './hostile-world.ts'
import { headOf, portOf, rawRequest } from './raw-request.ts'
import { allRoutes } from './routes.ts'

/** Names that lead to this page and are not its own: somebody else's, one that was made to look alike, and one that was turned to this machine after it was looked up. */
const FOREIGN_NAMES = [
  'evil.example',
  'rebound.evil.example:80',
  'localhost.evil.example',
  '127.0.0.1.nip.io',
  '169.254.169.254',
  '10.0.0.1',
  '[fe80::1]',
  '0.0.0.0',
]

/** Where a forged name could come to stand: in an answer that makes an address of this page, and in one that leads on. */
const FORGED_HEADERS: Record<string, string>[] = [
  { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'x-forwarded-port': '666' },
  { forwarded: 'host=evil.example;proto=https;for=evil.example' },
  { 'x-host': 'evil.example', 'x-original-host': 'evil.example', 'x-forwarded-server': 'evil.example' },
  { 'x-original-url': 'http://evil.example/admin', 'x-rewrite-url': '/admin/audit', 'x-forwarded-prefix': '//evil.example' },
  { 'x-tidemark-from': 'evil.example', 'x-tidemark-reader': 'all', 'x-matched-path': '//evil.example' },
  { origin: 'http://evil.example', referer: 'http://evil.example/' },
]

/** Asks and orders under names that are not this page's. */
export async function foreignNamesOpenNothing(harness: Harness): Promise<void> {
  const before = await contentsOf(harness.ctx, ['audit'])
  const wrong: string[] = []
  const own = { cookie: harness.cookie, origin: 'http://evil.example' }
  const reads = [...allRoutes(HOSTILE), '/'].flatMap((path) =>
    ['GET', ...(path.startsWith('/api/') ? ['POST'] : ['HEAD'])].map((verb) => ({ path, verb })),
  )
  await inTurn(reads, 16, async ({ path, verb }) => {
    for (const name of path.endsWith('/events') ? FOREIGN_NAMES : FOREIGN_NAMES.slice(0, 2)) {
      for (const [target, host] of [
        [path, name],
        [`http://${name}${path}`, 'localhost'],
      ] as const) {
        const { status, body } = await rawRequest(
          portOf(harness),
          headOf(verb, target, { ...own, host, 'x-forwarded-host': 'localhost', ...(verb === 'POST' && { 'content-length': '0' }) }),
        )
        if (![421, 405].includes(status) || body.includes(MARK)) wrong.push(`${status} ${verb} ${target} (${host})`)
      }
    }
  })
  await inTurn(FORGED_HEADERS, 4, async (headers) => {
    for (const cookie of ['', harness.cookie])
      for (const path of [
        '/',
        '/sign-in',
        '/runs',
        '/feed.atom',
        '/api/v1/status',
        '/api/v1/openapi.json',
        '/account',
        '/api/sign-in/oidc?to=//evil.example',
        '/nowhere',
      ]) {
        const { status, location, text } = await ask(harness, path, { headers: { cookie, ...headers } })
        if (status >= 500 || location.includes('//') || text.includes('evil.example') || (cookie === '' && text.includes('/admin/audit')))
          wrong.push(`${status} ${path} ${JSON.stringify(headers)}`)
      }
  })
  expect(wrong).toEqual([])
  expect(await contentsOf(harness.ctx, ['audit'])).toEqual(before)
}
