// npm run test:crash: kills the worker in the middle of real loads and compares the lake, row for row, with a load that
// nobody disturbed. `--points N` moments, the same ones for the same `--seed`. The last line is `N passed, N failed`.
import { parseArgs } from 'node:util'
import { systemClock } from '#lib/platform/clock.ts'
import { crashAt, runUndisturbed } from './crash-at.ts'
import { choosePoints } from './points.ts'
import { openStage } from './stage.ts'

const { values } = parseArgs({ options: { points: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } } })
const points = choosePoints(Number(values.points), Number(values.seed))
const say = (line: string) => process.stdout.write(`${line}\n`)

let passed = 0
let failed = 0
const stage = await openStage()
try {
  const expected = await runUndisturbed(stage)
  for (const [index, point] of points.entries()) {
    const startedAt = systemClock.now()
    const problems = await crashAt(stage, point, expected, index).catch((error: unknown) => [
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    ])
    if (problems.length === 0) passed += 1
    else failed += 1
    say(`${problems.length === 0 ? '✓' : '✗'} ${point.name} (${((systemClock.now() - startedAt) / 1000).toFixed(1)} s)`)
    for (const problem of problems) say(`    ${problem.replaceAll('\n', '\n    ')}`)
  }
} finally {
  await stage.stop()
}
if (points.length === 0) failed += 1
process.exitCode = failed > 0 ? 1 : 0
say(`${passed} passed, ${failed} failed`)
