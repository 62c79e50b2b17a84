import { claimRun } from '#lib/commands/claim-run.ts'
import { finishRun, type RunEnding } from '#lib/commands/finish-run.ts'
import { planRuns } from '#lib/commands/plan-runs.ts'
import { runLedger } from '#lib/commands/report-run.ts'
import { requestRun } from '#lib/commands/request-run.ts'
import type { Context } from '#lib/db/context.ts'
import { ticksBetween } from '#lib/domain/cron.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/instant.ts'
import type { FakeClock } from '#lib/testing/fake-clock.ts'
import type { Stretch } from './replay-world.ts'
import { CAMPUS_ZONE, chance } from './world.ts'

const OWNER = 'demo-replay'

/** Nights, counted back from the first start, on which a load went wrong. */
const FAILED_TERM_NIGHT = 33
const FAILED_COURSE_NIGHT = 11
const PARTIAL_COURSE_NIGHT = 47

type Ending = Pick<RunEnding, 'state' | 'rowsLoaded' | 'report' | 'problem' | 'internalProblem'>

function completed(flow: string, name: string): Ending {
  const seen = flow === 'term' ? 36 : 3200
  const changed = flow === 'term' ? (chance(`${name} any`) < 0.06 ? 2 : 0) : Math.floor(chance(`${name} rows`) * 90)
  return {
    state: 'completed',
    rowsLoaded: changed,
    problem: null,
    internalProblem: null,
    report: { rowsSeen: seen, counts: { seen, changed }, rowsByAsset: {}, incomplete: null },
  }
}

function failed(problem: string): Ending {
  return { state: 'failed', rowsLoaded: 0, report: null, problem, internalProblem: problem }
}

function endingOf(flow: string, at: Instant, nightsBefore: number): Ending {
  const name = `${flow} ${at}`
  if (flow === 'term' && nightsBefore === FAILED_TERM_NIGHT)
    return failed('PeopleSoft refused the login (401). Check PEOPLESOFT_USER and PEOPLESOFT_PASSWORD.')
  if (flow === 'course' && nightsBefore === FAILED_COURSE_NIGHT)
    return failed('The course API answered 503 to every term, five times over.')
  if (flow === 'course' && nightsBefore === PARTIAL_COURSE_NIGHT) {
    const incomplete = 'One of four terms could not be read: the connection was cut in the middle of the answer.'
    const report = { rowsSeen: 2400, counts: { seen: 2400, changed: 31 }, rowsByAsset: {}, incomplete }
    return { state: 'partial', rowsLoaded: 31, problem: incomplete, internalProblem: null, report }
  }
  return completed(flow, name)
}

/** Takes and ends every run that is due at the simulated moment, as a worker would have. */
async function runWhatIsDue(ctx: Context, clock: FakeClock, ending: (flow: string) => Ending): Promise<void> {
  for (;;) {
    const { ready } = await planRuns(ctx)
    const next = ready[0]
    const claim = next && (await claimRun(ctx, { runId: next.runId, owner: OWNER, leaseMs: HOUR_MS }))
    if (!claim) return
    const end = ending(claim.flow)
    const message = end.problem ?? `${end.rowsLoaded} rows changed`
    await runLedger(ctx, claim).log([{ at: clock.now(), level: end.state === 'completed' ? 'info' : 'error', message }])
    const seconds = claim.flow === 'term' ? 4 : 35
    clock.set(clock.now() + Math.round((seconds + chance(`${claim.runId} took`) * seconds) * SECOND_MS))
    await finishRun(ctx, { runId: claim.runId, fence: claim.fence, ...end })
  }
}

/** The nightly term and course runs of the stretch, planned, claimed and ended by the same commands as real ones. */
export async function replayRuns(ctx: Context, clock: FakeClock, stretch: Stretch): Promise<void> {
  clock.set(stretch.from)
  await planRuns(ctx)
  const schedule = (cron: string) => ticksBetween({ cron, zone: CAMPUS_ZONE, calendar: null }, stretch.from, stretch.to - 2 * MINUTE_MS)
  const ticks = [...schedule('0 1 * * *'), ...schedule('0 2 * * *')].sort((a, b) => a - b)
  for (const tick of ticks) {
    const nightsBefore = Math.floor((stretch.firstStart - tick) / DAY_MS)
    clock.set(tick + SECOND_MS)
    await runWhatIsDue(ctx, clock, (flow) => endingOf(flow, tick, nightsBefore))
    const isMorningAfter = nightsBefore === FAILED_TERM_NIGHT || nightsBefore === FAILED_COURSE_NIGHT
    const morning = tick + 7 * HOUR_MS
    if (!isMorningAfter || morning >= stretch.to || ticks.includes(tick + HOUR_MS)) continue
    clock.set(morning)
    await requestRun(ctx, { flow: nightsBefore === FAILED_TERM_NIGHT ? 'term' : 'course', requestedBy: 'registrar-data@riverside.example' })
    await runWhatIsDue(ctx, clock, (flow) => completed(flow, `${flow} ${tick} again`))
  }
  clock.set(stretch.to)
  await planRuns(ctx)
}
