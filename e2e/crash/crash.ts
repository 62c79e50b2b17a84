// npm run test:crash: kills the worker in the middle of real loads and compares the lake, row for row, with loads that nobody
// disturbed. `--points N` moments of the term and course loads, `--person N` of the person load, the same ones for the same
// `--seed`. With the first goes an order, before the built page, whose workers are killed in turn; with `--short-order` only one is,
// in place of the crash point at the same moment. Without it go orders of a pretend dbt Cloud's job, too, whose workers are killed at each point,
// and messages, whose senders are killed 200 times.
// The last line is `N passed, N failed`.
import { parseArgs } from 'node:util'
import { systemClock } from '#lib/platform/clock.ts'
import { crashAt, runUndisturbed } from './crash-at.ts'
import { type Harness, openHarness } from './harness.ts'
import { crashJobOrders } from './job-orders.ts'
import { crashMessages } from './messages.ts'
import { crashOrders, MIDDLE_OF_RUN } from './orders.ts'
import { type CrashPoint, choosePoints } from './points.ts'
import { crashPushes } from './pushes.ts'
import { SCENARIOS, type Scenario } from './scenario.ts'

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '10' },
    person: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    'short-order': { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const chosen = [
  { scenario: SCENARIOS.records, points: choosePoints(SCENARIOS.records, Number(values.points), seed) },
  { scenario: SCENARIOS.person, points: choosePoints(SCENARIOS.person, Number(values.person), seed) },
].filter(({ points }) => points.length > 0)
const isShort = values['short-order']
const say = (line: string) => process.stdout.write(`${line}\n`)

/** So often the process that sends messages is killed. */
const SENDER_KILLS = 200

let passed = 0
let failed = 0

async function crashAll(harness: Harness, scenario: Scenario, points: readonly CrashPoint[]): Promise<void> {
  const expected = await runUndisturbed(harness, scenario)
  const others = isShort ? points.filter(({ gate }) => gate?.name !== MIDDLE_OF_RUN) : points
  for (const [index, point] of others.entries()) await tell(point.name, () => crashAt(harness, point, expected, index))
  if (scenario.name === 'records')
    await tell(isShort ? 'an order whose worker is killed' : 'an order whose workers are killed in turn', () =>
      crashOrders(harness, expected, isShort),
    )
  if (scenario.name === 'records' && !isShort) await tell('jobs of orders whose workers are killed', crashJobOrders)
  if (scenario.name === 'records' && !isShort) await tell('messages whose senders are killed', () => crashMessages(SENDER_KILLS, seed))
  if (scenario.name === 'records')
    await tell('pushed events while web and worker are killed', () => crashPushes(isShort ? 1000 : 5000, seed))
}

async function tell(name: string, crash: () => Promise<string[]>): Promise<void> {
  const startedAt = systemClock.now()
  const problems = await crash().catch((error: unknown) => [error instanceof Error ? (error.stack ?? error.message) : String(error)])
  if (problems.length === 0) passed += 1
  else failed += 1
  say(`${problems.length === 0 ? '✓' : '✗'} ${name} (${((systemClock.now() - startedAt) / 1000).toFixed(1)} s)`)
  for (const problem of problems) say(`    ${problem.replaceAll('\n', '\n    ')}`)
}

const harness = await openHarness(chosen.map(({ scenario }) => scenario))
try {
  for (const { scenario, points } of chosen) await crashAll(harness, scenario, points)
} finally {
  await harness.stop()
}
if (chosen.length === 0) failed += 1
process.exitCode = failed > 0 ? 1 : 0
say(`${passed} passed, ${failed} failed`)
