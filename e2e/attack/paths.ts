import { expect } from '@playwright/test'
import { getSetting, putSetting } from '#lib/db/settings.ts'
import type { Harness } from '../harness.ts'
import { ask, inTurn } from './ask.ts'
import { headOf, portOf, rawRequest } from './raw-request.ts'

/** Ways to say a path so that one who looks at it and one who opens it may read two. */
const PATH_TRICKS = [
  '/%2e%2e/%2e%2e/etc/passwd',
  '/..%2f..%2fetc%2fpasswd',
  '/_next/static/..%2f..%2f..%2fpackage.json',
  '/_next/static/%2e%2e/%2e%2e/%2e%2e/.env',
  '/_next/static/../../runs',
  '/_next/static/%2e%2e/%2e%2e/api/v1/status',
  '/_next/../runs',
  '/_next/image?url=%2Fapi%2Fv1%2Fstatus&w=64&q=75',
  '/_next/data/x/runs.json',
  '/sign-in/../runs',
  '/sign-in/..%2fruns',
  '/sign-in/%2e%2e/runs',
  '/sign-in/%252e%252e/runs',
  '/sign-in/x/../../admin/audit',
  '/sign-in//runs',
  '/sign-in/..;/runs',
  '/api/sign-in/../v1/status',
  '/api/sign-in/%2e%2e/v1/status',
  '/api/health/../v1/status',
  '/api/health/%2e%2e/v1/feeds',
  '/api/health%2f..%2fv1%2ffeeds',
  '/icon.svg/../runs',
  '/icon.svg%2f..%2fruns',
  '/favicon.ico/..;/runs',
  '//runs',
  '/./runs',
  '/runs/',
  '/RUNS',
  '/runs;.css',
  '/runs/.css',
  '/runs.rsc',
  '/runs.txt',
  '/overview',
  '/overview/',
  '/overview?_rsc=x',
  '/%6fverview',
  '/unavailable',
  '/account/tokens/made',
  '/.next/server/app-paths-manifest.json',
  '/.git/config',
  '/.env',
  '/package.json',
  '/prisma/schema.prisma',
  '/lib/../package.json',
  '/feed.atom/',
  '/feeds/terms/feed.atom/../../../runs',
  '/api/v1/status?key=',
  '/feed.atom?key=%27%20or%201=1',
  '/api/v1/events',
]

/** What of files of this machine, or of what only those who sign in read, stands in an answer. */
const LEAKED =
  /root:x:|"private": true|DATABASE_URL|TIDEMARK_SECRET|repositoryformatversion|generator client|terms-data@|hostile-|warehouse/

/** Asks for every such path at the page once it is private. */
export async function pathsOpenNothing(harness: Harness): Promise<void> {
  const access = await getSetting(harness.ctx.whole, 'access')
  await putSetting(harness.ctx.whole, 'access', 'private')
  await expect.poll(async () => (await ask({ ...harness, cookie: '' }, '/')).status).toBe(303)
  const wrong: string[] = []
  await inTurn(PATH_TRICKS, 8, async (path) => {
    for (const headers of [{}, { rsc: '1' }, { 'x-middleware-subrequest': 'proxy:proxy:proxy' }]) {
      const { status, head, body } = await rawRequest(portOf(harness), headOf('GET', path, headers), {
        enough: (text) => /event-stream/.test(text),
      })
      const location = /^location: (.*)$/im.exec(head)?.[1] ?? '/'
      if (status >= 500 || status === 0 || status === 200 || LEAKED.test(body) || !/^\/(?![/\\])/.test(location))
        wrong.push(`${status} ${path} ${location}`)
    }
  })
  expect(wrong).toEqual([])
  await putSetting(harness.ctx.whole, 'access', access)
}
