import { expect, type Page, test } from '@playwright/test'
import { z } from 'zod'
import { catalogueJsonSchema } from '#lib/catalogue/schema/json-schema.ts'
import { type ClaimedRun, claimRun, renewLease } from '#lib/commands/runs/claim-run.ts'
import { finishRun } from '#lib/commands/runs/finish-run.ts'
import { runLedger } from '#lib/commands/runs/report-run.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import type { LogEntry } from '#lib/engine/run/ledger.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { type Harness, openHarness } from './harness.ts'

test.describe.configure({ mode: 'serial' })

const LINES = 700
let harness: Harness
let run: ClaimedRun

/** Takes a run of a flow as a worker would. */
async function begin(flow: string): Promise<ClaimedRun> {
  const { runId } = await requestRun(harness.ctx, { flow, parameters: { terms: ['2267'] } })
  const claimed = await claimRun(harness.ctx, { runId, owner: 'harness', leaseMs: 3_600_000 })
  if (claimed === null) throw new Error('the run could not be claimed')
  return claimed
}

const end = (ended: ClaimedRun, state: 'cancelled' | 'partial') =>
  finishRun(harness.ctx, { ...ended, state, rowsLoaded: 0, report: null, problem: null, internalProblem: null })

const line = (message: string, level: LogEntry['level'] = 'info'): LogEntry => ({ at: systemClock.now(), level, message })

/** The catalogue's word on what the flow takes, as a worker stores it. */
async function declareParameters(): Promise<void> {
  const parameters = z.strictObject({ terms: z.array(z.string()), replay: z.string() }).partial()
  const contract = { schedule: '0 3 * * *', timezone: 'UTC', reads: [], writes: [], connections: [], timeoutMs: 1, parameters }
  const schema = catalogueJsonSchema({ connectors: new Map(), flows: new Map([['person', contract]]) })
  await harness.ctx.pool.query("insert into catalogue_version (hash, document, schema, accepted_at) values ('runs', '{}', $1, now())", [
    JSON.stringify(schema),
  ])
}

const parametersAt = async (url: string) =>
  (await harness.ctx.pool.query('select parameters from run where id = $1', [url.split('/').at(-1)])).rows[0]?.parameters

test.beforeEach(({ context }) => harness.signIn(context))

test.beforeAll(async () => {
  harness = await openHarness()
  await insertFlow(harness.ctx, { name: 'person', cron: '0 3 * * *' })
  await declareParameters()
  run = await begin('person')
  const ledger = runLedger(harness.ctx, run)
  await ledger.startTask({ name: 'load people', at: systemClock.now() })
  await ledger.log(Array.from({ length: LINES }, (_, i) => line(`Batch ${i} is done.`, i === 3 ? 'warn' : 'info')))
  await ledger.counters({ people: { requested: 400, returned: 398 } })
  await ledger.progress({ done: 400, total: 1000, etaAt: systemClock.now() + 60_000 })
  const rejected = (i: number) => ({
    at: systemClock.now(),
    task: 'load people',
    key: `a1b2c3d4e5${i}`,
    reason: i < 3 ? 'no birth date' : 'no name',
  })
  await ledger.reject(Array.from({ length: 60 }, (_, i) => rejected(i)))
})
test.afterAll(() => harness.close())

const open = (page: Page, question = '') => page.goto(`${harness.url}/runs/${run.runId}${question}`)

test('a running run shows how far it is, what it counts, and that it lives; the open page follows', async ({ page }) => {
  await open(page)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Run of person')
  await expect(page.getByText('400 of 1,000 (40 %)')).toBeVisible()
  await expect(page.getByText('398 returned')).toBeVisible()
  await expect(page.getByText(/^Last sign of life \d+ s ago\.$/)).toBeVisible()
  await runLedger(harness.ctx, run).progress({ done: 700, total: 1000, etaAt: null })
  await runLedger(harness.ctx, run).counters({ people: { requested: 700, returned: 697 } })
  await runLedger(harness.ctx, run).log([line('Something new has happened.')])
  await expect(page.getByText('700 of 1,000 (70 %)')).toBeVisible()
  await expect(page.getByText('697 returned')).toBeVisible()
  await expect(page.getByText('Something new has happened.')).toBeVisible()
})

test('a worker that falls silent is said in words', async ({ page }) => {
  await renewLease(harness.ctx, { ...run, leaseMs: 8000 })
  await harness.ctx.pool.query(
    "update run_log set at = at - interval '1 hour'; update run_task set started_at = started_at - interval '1 hour'",
  )
  await open(page)
  await expect(page.getByText(/^No sign of life for \d+ s\. If none comes within \d s, another worker takes over\.$/)).toBeVisible()
  await renewLease(harness.ctx, { ...run, leaseMs: 3_600_000 })
  await expect(page.getByText(/^Last sign of life \d+ s ago\.$/)).toBeVisible()
})

test('the log is searched beyond the lines that are shown, and keeps the question in the address', async ({ page }) => {
  await open(page)
  const log = page.getByRole('group', { name: 'Log' })
  await expect(log.getByText('Batch 3 is done.')).toHaveCount(0)
  await page.getByLabel('Find in the log').fill('batch 3 IS')
  await page.getByRole('button', { name: 'Find', exact: true }).click()
  await expect(log.getByRole('listitem')).toHaveCount(1)
  await expect(log.locator('mark')).toHaveText('Batch 3 is')
  await expect(page.getByText('1 line fits')).toBeVisible()
  expect(new URL(page.url()).search).toBe('?find=batch+3+IS')
  await page.getByLabel('Find in the log').fill('')
  await page.getByRole('combobox', { name: 'Lines' }).selectOption('Warnings and errors')
  await expect(log.getByRole('listitem')).toHaveText([/warn: Batch 3 is done\./])
})

test('earlier lines come on demand', async ({ page }) => {
  await open(page)
  await page.getByRole('link', { name: 'Show earlier lines' }).click()
  await expect(page.getByText('Batch 0 is done.')).toHaveCount(1)
  await expect(page.getByRole('link', { name: 'Show earlier lines' })).toHaveCount(0)
})

test('rows put aside are counted by reason, then shown page by page', async ({ page }) => {
  await open(page)
  await expect(page.getByText('60 in all')).toBeVisible()
  await page.getByRole('link', { name: 'Further rows' }).click()
  await expect(page.getByText('Page 2 of 3')).toBeVisible()
  await page.getByRole('link', { name: 'no birth date' }).click()
  await expect(page.getByRole('heading', { name: '3 rows: no birth date' })).toBeVisible()
  await expect(page.getByText('a1b2c3d4e52')).toBeVisible()
  await expect(page.getByText('a1b2c3d4e53')).toHaveCount(0)
})

test('all runs: what is under way stands on top, live, and the choice is in the address', async ({ page }) => {
  await page.goto(harness.url)
  await page.getByRole('navigation', { name: 'Parts of the page' }).getByRole('link', { name: 'Runs' }).click()
  const underWay = page.locator('section', { has: page.getByRole('heading', { name: 'Under way' }) })
  await expect(underWay.getByText('700 of 1,000')).toBeVisible()
  await runLedger(harness.ctx, run).progress({ done: 800, total: 1000, etaAt: null })
  await expect(underWay.getByText('800 of 1,000')).toBeVisible()
  await page.getByLabel('State').selectOption('Failed')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  expect(new URL(page.url()).searchParams.get('state')).toBe('failed')
  await expect(page.getByText('No run like this has ended.')).toBeVisible()
})

test('cancelling asks first, and the page says that it is under way and when it is over', async ({ page }) => {
  await open(page)
  await page.getByText('Cancel this run…').click()
  await page.getByRole('button', { name: 'Yes, cancel it' }).click()
  await expect(page.getByText(/^It is being cancelled since/)).toBeVisible()
  const { rows } = await harness.ctx.pool.query('select cancel_at is not null as cancelling from run where id = $1', [run.runId])
  expect(rows).toEqual([{ cancelling: true }])
  await end(run, 'cancelled')
  await expect(page.getByText('The run has ended: there is nothing to cancel.')).toBeVisible()
})

test('an ended run can be asked for again with its parameters, or what it put aside replayed', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Replay what failed (60)' }).click()
  await expect(page.getByText('Planned', { exact: true })).toBeVisible()
  expect(await parametersAt(page.url())).toEqual({ replay: run.runId })
  await harness.ctx.pool.query("delete from run where state = 'scheduled'")
  await open(page)
  await expect(page.getByRole('button', { name: 'Dry run' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Run again' }).click()
  await expect(page.getByText('Planned', { exact: true })).toBeVisible()
  expect(await parametersAt(page.url())).toEqual({ terms: ['2267'] })
  await open(page)
  await page.getByRole('button', { name: 'Run again' }).click()
  await expect(page.getByText('A run of person has been asked for already and has not begun yet.')).toBeVisible()
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('the log is searched and orders are given by plain forms', async ({ page }) => {
    await open(page)
    await page.getByLabel('Find in the log').fill('Batch 699')
    await page.getByRole('button', { name: 'Find', exact: true }).click()
    await expect(page.getByText('1 line fits')).toBeVisible()
    await open(page)
    await page.getByRole('link', { name: 'Show earlier lines' }).click()
    await expect(page.getByText('Batch 0 is done.')).toBeVisible()
    await page.goto(`${harness.url}/runs?flow=person`)
    await page.getByRole('heading', { name: 'person' }).first().getByRole('link').click()
    await page.getByText('Cancel this run…').click()
    await page.getByRole('button', { name: 'Yes, cancel it' }).click()
    await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}$/)
    await expect(page.getByText('Cancelled', { exact: true })).toBeVisible()
  })
})

test.describe('orders', () => {
  const order = (headers: Record<string, string>, path = `/api/v1/runs/${run.runId}/cancel`) =>
    fetch(`${harness.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: harness.cookie, ...headers },
      body: '{}',
    })

  test('are not taken from another page, whatever it calls itself', async () => {
    expect((await order({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await order({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    const form = await order({ origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' })
    expect([form.status, await form.text()]).toEqual([403, expect.stringContaining('Orders are taken from this page only.')])
  })

  test('that cannot be carried out are refused in words', async () => {
    const ended = await order({})
    expect([ended.status, await ended.json()]).toEqual([409, { problem: 'The run has ended already.' }])
    const strange = await fetch(`${harness.url}/api/v1/flows/person/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: harness.cookie },
      body: JSON.stringify({ parameters: { term: '2267' } }),
    })
    expect(await strange.json()).toEqual({ problem: 'The flow person has no parameter term. It takes replay, terms.' })
    const unknown = await order({}, '/api/v1/flows/nobody/runs')
    expect([unknown.status, await unknown.json()]).toEqual([404, { problem: 'There is no flow "nobody" in the catalogue.' }])
    expect((await order({ 'content-type': 'text/plain' })).status).toBe(400)
  })

  test('are neither offered to those who have not signed in nor taken from them', async ({ page, context }) => {
    await context.clearCookies()
    const refused = await order({ cookie: '' }, '/api/v1/flows/person/runs')
    expect([refused.status, await refused.json()]).toEqual([401, { problem: 'Sign in to do this.', location: '/sign-in' }])
    await open(page)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Run of person')
    await expect(page.getByRole('button', { name: 'Run again' })).toHaveCount(0)
    await page.goto(`${harness.url}/flows`)
    await expect(page.getByRole('link', { name: 'All runs of person' })).toBeVisible()
    await expect(page.getByRole('button', { name: /^Run now/ })).toHaveCount(0)
    await page.goto(`${harness.url}/connections`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Connections are shown to people who have signed in.')
  })
})
