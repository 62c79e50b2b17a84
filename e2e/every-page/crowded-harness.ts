import { followIncidents } from '#lib/commands/incidents/follow-incidents.ts'
import { type ClaimedRun, claimRun } from '#lib/commands/runs/claim-run.ts'
import { finishRun } from '#lib/commands/runs/finish-run.ts'
import { runLedger } from '#lib/commands/runs/report-run.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import type { Context } from '#lib/db/context.ts'
import { putPeopleSettings } from '#lib/db/people/people-settings.ts'
import { putSetting } from '#lib/db/settings.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { type Harness, openHarness } from '../harness.ts'
import { journeyCatalogue, LATE_ASSET } from '../journey-catalogue.ts'
import type { Places } from './pages.ts'

/** A harness in which every page has something to show, words that are too long among it. */
export interface CrowdedHarness extends Pick<Harness, 'url' | 'close' | 'signIn'> {
  places: Places
}

const FLOW = 'parking-visitors-and-everybody-who-came-with-them'
const ENDLESS = 'Datenqualitätsüberwachung'.repeat(12)
const LONG = `HTTP (parking) answered with ${'averyveryverylongwordwithoutanyblank'.repeat(4)} instead of rows.`

/** Opens it: a failed, a partial and a running run of a flow with a long name. */
export async function crowdedHarness(): Promise<CrowdedHarness> {
  const harness = await openHarness()
  const { ctx } = harness
  await insertFlow(ctx, { name: FLOW, cron: '*/5 8-18 * * 1-5' })
  await writeMuch(ctx)
  await nameOddly(ctx)
  await writeToPeople(ctx)
  await insertFlow(ctx, { name: 'person', cron: '0 3 * * *', after: [FLOW] })
  await end(ctx, await begin(ctx), 'failed', LONG)
  await end(ctx, await begin(ctx), 'partial', '3 of 100 people are postponed.')
  const run = await begin(ctx)
  await fillIn(ctx, run)
  await followIncidents(ctx)
  const { rows } = await ctx.pool.query<{ id: number }>('select id from incident order by ended_at is not null, id limit 1')
  return {
    ...harness,
    places: {
      group: 'records',
      feed: 'terms',
      asset: LATE_ASSET.replaceAll(' ', '%20'),
      flow: FLOW,
      run: run.runId,
      incident: String(rows[0]?.id),
    },
  }
}

/** The flow reads and writes more than a card can hold. */
async function writeMuch(ctx: Context): Promise<void> {
  const tables = Array.from({ length: 60 }, (_, i) => `warehouse/mart.a_table_with_quite_a_long_name_${i}`)
  await ctx.pool.query('update flow set settings = settings || $2 where name = $1', [FLOW, { reads: tables, writes: tables }])
}

/** Names of three hundred letters without a blank, and from right to left. */
async function nameOddly(ctx: Context): Promise<void> {
  await putSetting(ctx.pool, 'page', { ...journeyCatalogue.page, name: ENDLESS })
  await ctx.pool.query(`update subject set name = $1, description = $1 where key = any($2)`, [ENDLESS, ['records', LATE_ASSET]])
  await ctx.pool.query(`update subject set name = 'جداول الفصول الدراسية (2267)' where key = 'terms'`)
  await ctx.pool.query('update feed set owner = $1', [ENDLESS])
}

/** Letters can be sent, somebody gets some and asked for more, and a problem is reported. */
async function writeToPeople(ctx: Context): Promise<void> {
  const mail = { from: 'tidemark@campus.example', smtp: '${SMTP_URL}' }
  await putPeopleSettings(ctx.whole, { people: { roles: [], oidc: null, mail }, audiences: [] })
  await ctx.pool.query(`
    with eve as (insert into subscriber (email, token, created_at) values ('eve@example.org', 'a-link-in-letters', now()) returning id)
    insert into subscription (subscriber_id, subject_id, asked_at, confirmed_at)
    select eve.id, s.id, now(), case when s.kind = 'feed' then now() end from eve, subject s where s.key in ('terms', 'records')`)
  await ctx.pool.query(
    `insert into report (feed_id, at, text, reported_by) select id, now(), $1, 'Ada' from subject where kind = 'feed' and key = 'terms'`,
    [LONG],
  )
}

async function begin(ctx: Context): Promise<ClaimedRun> {
  const { runId } = await requestRun(ctx, { flow: FLOW, parameters: {} })
  const claimed = await claimRun(ctx, { runId, owner: 'harness', leaseMs: 3_600_000 })
  if (claimed === null) throw new Error('the run could not be claimed')
  return claimed
}

async function end(ctx: Context, run: ClaimedRun, state: 'failed' | 'partial', problem: string): Promise<void> {
  await finishRun(ctx, { ...run, state, rowsLoaded: 1_234_567, report: null, problem, internalProblem: null })
}

/** Steps, counters, a log with long lines and rows put aside. */
async function fillIn(ctx: Context, run: ClaimedRun): Promise<void> {
  const at = systemClock.now()
  const ledger = runLedger(ctx, run)
  await ledger.startTask({ name: 'population: the affiliates of the directory', at })
  await ledger.startTask({ name: 'load', at })
  await ledger.log(Array.from({ length: 60 }, (_, i) => ({ at, level: i % 9 === 0 ? 'warn' : 'info', message: `Batch ${i}: ${LONG}` })))
  await ledger.counters({ people: { requested: 400_000, returned: 398_000 }, terms: { asked: 12, found: 11, 'without any': 1 } })
  await ledger.progress({ done: 400_000, total: 1_000_000, etaAt: at + 60_000 })
  await ledger.reject([{ at, task: 'load', key: 'a1b2c3d4e5f6', reason: LONG }])
}
