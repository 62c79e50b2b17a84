import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import dbt from '#lib/connectors/dbt.ts'
import type { Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { runResultsOf, SHOP, shopManifest } from '#lib/testing/connectors/dbt-artifacts.ts'
import { type Answer, answerJson, answerWith, type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'

let server: HttpReceiver
let files: Record<string, Answer>
beforeAll(async () => {
  server = await startHttpReceiver()
  server.behave((response, request) => (files[request.path] ?? answerWith(404))(response, request))
})
afterAll(() => server.close())
beforeEach(() => {
  server.requests.length = 0
  files = {
    '/hook/target/manifest.json?sig=1': answerJson(shopManifest()),
    '/hook/target/run_results.json?sig=1': answerJson(runResultsOf([{ id: SHOP.orders }])),
  }
})

function ask<T>(question: (session: Session) => Promise<T>, own: object = {}): Promise<T> {
  const settings = dbt.settings.parse({ url: `${server.url}/target/?sig=1`, auth: 'bearer', token: 'secret-1', ...own })
  const clock = new FakeClock('2026-11-29T12:00:00Z')
  return withSession(dbt, { key: 'shop', settings, clock, log: silentLog, signal: new AbortController().signal }, question)
}
const asset = { key: `shop/${SHOP.orders}`, path: SHOP.orders, settings: {}, previous: null }
const look = (own = {}) => ask((session) => Array.fromAsync(session.observe?.([asset]) ?? []), own)

it('artifacts are read below an address, with its credentials and whatever else it says', async () => {
  expect(await look()).toMatchObject([{ ok: true, readings: [{ clock: 'loadedAt' }] }])
  expect(new Set(server.requests.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer secret-1']))
})

it('what is not there is not there, and the manifest must be', async () => {
  delete files['/hook/target/run_results.json?sig=1']
  expect(await look()).toMatchObject([{ ok: false, publicMessage: 'No run of dbt whose results were seen has built it.' }])
  files = {}
  await expect(look()).rejects.toMatchObject({ publicMessage: expect.stringContaining('has no manifest.json') })
})

it('an address that does not let us in says so, and gives away nothing', async () => {
  files['/hook/target/manifest.json?sig=1'] = answerWith(401)
  const health = await ask((session) => session.check())
  expect(health).toMatchObject({ ok: false })
  expect(JSON.stringify(health)).not.toContain('secret-1')
})

it('a web page where the manifest should be is refused', async () => {
  files['/hook/target/manifest.json?sig=1'] = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>')
  await expect(look()).rejects.toMatchObject({
    publicMessage: expect.stringContaining('manifest.json of the dbt project (shop) cannot be used'),
  })
})

it.each([
  [{}, 'say where the artifacts are'],
  [{ path: 'a', url: 'https://artifacts.example.edu' }, 'in one place'],
  [{ path: 'a', token: 'x' }, 'is not used with path'],
  [{ url: 'https://artifacts.example.edu', auth: 'bearer' }, 'auth: bearer needs it'],
  [{ url: 'https://u:p@artifacts.example.edu' }, 'holds a user'],
  [{ account: 1, jobs: [7] }, 'dbt Cloud wants one'],
  [{ account: 1, token: 'x' }, 'say whose runs load the data'],
])('settings %j are refused: %s', (settings, words) => {
  expect(JSON.stringify(dbt.settings.safeParse(settings).error?.issues)).toContain(words)
})
