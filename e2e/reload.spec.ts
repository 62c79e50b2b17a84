import { type Browser, expect, type Page, test } from '@playwright/test'
import { startTableau } from '#demo/startup/tableau.ts'
import cancelJobs from '#jobs/kinds/cancel-jobs.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { recordObservations } from '#lib/commands/probes/record-observations.ts'
import { type ClaimedRun, claimRun } from '#lib/commands/runs/claim-run.ts'
import { finishRun } from '#lib/commands/runs/finish-run.ts'
import { runLedger } from '#lib/commands/runs/report-run.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import tableauConnector from '#lib/connectors/tableau.ts'
import { DAY_MS, HOUR_MS, type Instant } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { listRuns, playRun } from '#lib/testing/runs/order-world.ts'
import { type Harness, openHarness } from './harness.ts'
import { journeyCatalogue, LATE_ASSET } from './journey-catalogue.ts'

test.describe.configure({ mode: 'serial' })

const FLOW = 'load-terms'
let harness: Harness

const flow = {
  ...{ name: FLOW, cron: '0 3 * * *', zone: 'UTC', after: [], reads: [], writes: [LATE_ASSET] },
  ...{ timeoutMs: HOUR_MS, rejectTolerance: 0.01, connections: {}, parameters: {} },
}

/** What the harness holds, with a flow that loads the late table, judged by its loads. */
const loadedByFlow = {
  ...journeyCatalogue,
  flows: [flow],
  assets: journeyCatalogue.assets.map((asset) =>
    asset.key === LATE_ASSET
      ? { ...asset, flow: FLOW, policies: asset.policies.map((policy) => ({ ...policy, clock: 'loadedAt' as const })) }
      : asset,
  ),
}

test.beforeAll(async () => {
  harness = await openHarness()
  await syncCatalogue(harness.ctx, { catalogue: loadedByFlow, document: {}, hash: 'reload', schema: {} })
  await loaded(systemClock.now() - 2 * DAY_MS)
})
test.afterAll(() => harness.close())

/** A good look at the late asset that finds it loaded at an instant. */
async function loaded(at: Instant): Promise<void> {
  const evidence = { method: 'ledger', strength: 'strong' as const, detail: 'The log of its loads.', costMs: 3 }
  const readings = [{ clock: 'loadedAt' as const, at, precision: 'instant' as const }]
  const seen = { ok: true as const, assetKey: LATE_ASSET, readings, rows: 1200, evidence, state: null, warnings: [] }
  await recordObservations(harness.ctx, 'warehouse', systemClock.now(), [seen])
}

const feedPage = () => `${harness.url}/feeds/terms`
const orderForm = (page: Page) => page.locator('form', { has: page.getByRole('button', { name: 'Reload now' }) })
const reload = (page: Page) => page.getByRole('region', { name: 'Reload' })

/** A browser of somebody, who is `ada` or `bela` and has this role. */
async function browserOf(browser: Browser, key: string, role: 'viewer' | 'engineer', javaScriptEnabled = true): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled })
  await harness.signInAs(context, key, role)
  return context.newPage()
}

/** Ends a run as its flow would: all is loaded, or nothing, with its words. */
const end = (run: ClaimedRun, problem: string | null) =>
  finishRun(harness.ctx, {
    ...run,
    state: problem === null ? 'completed' : 'failed',
    rowsLoaded: 1200,
    report: { rowsSeen: 1200, counts: {}, rowsByAsset: {}, incomplete: null },
    problem,
    internalProblem: problem,
  })

test('from late to fresh in two clicks on one page, which others join without scripts', async ({ browser }) => {
  const page = await browserOf(browser, 'ada', 'engineer')
  const plain = await browserOf(browser, 'bela', 'engineer', false)
  await plain.goto(feedPage())
  await plain.getByRole('link', { name: /^Reload/ }).click()
  await expect(plain.getByRole('heading', { level: 1 })).toHaveText('Reload Terms')

  await page.goto(feedPage())
  await expect(page.locator('.verdict')).toContainText('Late')
  await page.getByRole('link', { name: /^Reload/ }).click()
  await expect(page.getByRole('heading', { name: 'This will run' })).toBeVisible()
  await expect(page.getByText(`${FLOW} writes Terms by service`)).toBeVisible()
  await orderForm(page).getByLabel('Why, for everybody to read').fill('The source is back')
  await page.getByRole('button', { name: 'Reload now' }).click()
  await expect(reload(page)).toContainText(/Reloading, ordered by Ada, .*: The source is back/)
  await expect(reload(page).getByRole('listitem').first()).toContainText('waits for a worker')
  await page.evaluate(() => Reflect.set(window, 'isSamePage', true))

  await plain.getByRole('button', { name: 'Reload now' }).click()
  await expect(plain).toHaveURL(/\/feeds\/terms#reload$/)
  await expect(reload(plain)).toContainText('Joined by Bela.')
  await expect(reload(page)).toContainText('Joined by Bela.')
  expect((await listRuns(harness.ctx)).map(({ flow, requestedBy }) => [flow, requestedBy])).toEqual([[FLOW, 'Ada']])

  const run = await playRun(harness.ctx, FLOW)
  await runLedger(harness.ctx, run).progress({ done: 300, total: 1200, etaAt: systemClock.now() + 60_000 })
  await runLedger(harness.ctx, run).log([{ at: systemClock.now(), level: 'info', message: 'Term 2267 is read.' }])
  await expect(reload(page)).toContainText('300 of 1,200')
  await expect(reload(page)).toContainText('Term 2267 is read.')
  await expect(page.locator('.verdict')).toContainText('Late')

  await end(run, null)
  await expect(reload(page)).toContainText(/ordered by Ada.*Fresh again since/)
  await expect(page.locator('.verdict')).toContainText('Fresh')
  expect(await page.evaluate(() => Reflect.get(window, 'isSamePage'))).toBe(true)
  await expect(page.getByRole('link', { name: /^Reload/ })).toBeVisible()

  await plain.reload()
  await expect(reload(plain)).toContainText('Fresh again since')
})

test('one that fails says why in the words of its run, and can be ordered again; a viewer reads it and is told whom to ask', async ({
  browser,
}) => {
  const [page, viewer] = [await browserOf(browser, 'ada', 'engineer'), await browserOf(browser, 'vera', 'viewer')]
  await page.goto(feedPage())
  await viewer.goto(feedPage())
  await page.getByRole('link', { name: /^Reload/ }).click()
  await page.getByRole('button', { name: 'Reload now' }).click()
  await expect(reload(viewer)).toContainText('waits for a worker')
  await end(await playRun(harness.ctx, FLOW), 'The source refused the password of the reader.')
  for (const reader of [page, viewer])
    await expect(reload(reader)).toContainText('It did not succeed: The source refused the password of the reader.')
  await expect(viewer.getByText('An engineer can reload or pause it: ask terms-data@campus.example.')).toBeVisible()
  await expect(viewer.getByRole('link', { name: /^Reload/ })).toHaveCount(0)
  await page.getByRole('link', { name: /^Reload/ }).click()
  await expect(page.getByRole('button', { name: 'Reload now' })).toBeVisible()
})

test('a run that is a job of another system is told to stop there, too, and the page says that it was', async ({ browser }) => {
  const page = await browserOf(browser, 'ada', 'engineer')
  const { tableau, url, close } = await startTableau('hush')
  const job = `datasources/${tableau.source('prices', '2026-11-20T20:00:00Z').id}`
  const settings = { kind: 'tableau', url, site: 'finance', tokenName: 'tidemark', tokenSecret: 'hush' }
  await harness.ctx.pool.query("insert into catalogue_version (hash, document, schema, accepted_at) values ('job', $1, '{}', now())", [
    JSON.stringify({
      page: { name: 'Campus data', zone: 'America/New_York' },
      connections: { tableau: { probe: '1m', ...settings } },
      flows: { extract: { runs: `tableau/${job}`, writes: [LATE_ASSET] } },
    }),
  ])
  await insertFlow(harness.ctx, { name: 'extract', cron: '0 3 * * *' })
  const runs = { runs: `tableau/${job}`, cancelsThere: true, connections: { tableau: 'tableau' }, parameters: {} }
  await harness.ctx.pool.query("update flow set settings = settings || $1 where name = 'extract'", [JSON.stringify(runs)])
  await harness.ctx.pool.query(
    "insert into connection_state (key, kind, probe_every_ms, starts_jobs) values ('tableau', 'tableau', 60000, true)",
  )
  const services = testServices(harness.ctx, { connectors: new Map([['tableau', tableauConnector]]) })
  const { runId } = await requestRun(harness.ctx, { flow: 'extract' })
  const claimed = await claimRun(harness.ctx, { runId, owner: services.workerId })
  if (claimed === null) throw new Error('the run could not be claimed')
  services.runs.start(services, claimed)
  try {
    await page.goto(`${harness.url}/runs/${runId}`)
    await expect(page.getByText(/ in its run 44444444-/)).toBeVisible()
    await page.getByText('Cancel this run…').click()
    await expect(page.getByText('tableau is told to cancel its run. What it has done until then stays.')).toBeVisible()
    await page.getByRole('button', { name: 'Yes, cancel it' }).click()
    await expect(page.getByText(/^It is being cancelled since/)).toBeVisible()
    services.runs.renewLeasesNow()
    await expect(page.getByText(/^tableau is being told to cancel it\./)).toBeVisible()
    await cancelJobs.run(services, { connection: 'tableau' })
    await expect(page.getByText('tableau has been told to cancel it.')).toBeVisible()
    expect(tableau.jobs).toMatchObject([{ status: 'Cancelled' }])
  } finally {
    await services.runs.stop(async () => {})
    await close()
  }
})
