// npm test: the check, the tests of outside systems and those that need a database, beside them the build, the crash points and the journeys in a
// browser, then what has to be alone.
// The last line is the sum over all of them; a suite that ran nothing has failed.
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPages } from '#jobs/launcher/build.ts'
import { check, runVitest } from './check.ts'
import { type Counts, report, runSuite, type StepResult } from './step.ts'

function readPlaywrightReport(file: string): Counts | undefined {
  if (!existsSync(file)) return undefined
  const { stats, errors } = JSON.parse(readFileSync(file, 'utf8'))
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected + errors.length }
}

function readLastLine(text: string): Counts | undefined {
  const found = /^(\d+) passed, (\d+) failed$/.exec(text.trimEnd().split('\n').at(-1) ?? '')
  return found ? { passed: Number(found[1]), failed: Number(found[2]) } : undefined
}

async function build(): Promise<StepResult> {
  const startedAt = performance.now()
  const { ok, text } = await buildPages()
  return { name: 'build', text, seconds: (performance.now() - startedAt) / 1000, passed: ok ? 1 : 0, failed: ok ? 0 : 1 }
}

/** Some of Playwright's projects in one run, the first ones first, without what they depend on when they are run by hand. */
async function browserTests(name: string, projects: readonly string[]): Promise<StepResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-report-'))
  const file = join(folder, 'report.json')
  const run = [
    'playwright',
    'test',
    '--config',
    'e2e/playwright.config.ts',
    '--no-deps',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter',
    'line,json',
    '--output',
    `test-results/${name}`,
  ] as const
  // Node reads TypeScript by itself, and keeps what it has compiled: Playwright's own translation of everything costs ten seconds of a processor.
  const environment = { PLAYWRIGHT_JSON_OUTPUT_FILE: file, PW_DISABLE_TS_ESM: '1' }
  const result = await runSuite({ name, run, environment }, () => readPlaywrightReport(file))
  await rm(folder, { recursive: true })
  return result
}

const crashPoints = () =>
  runSuite(
    { name: 'crash points', run: ['node', 'e2e/crash/crash.ts', '--points', '3', '--person', '1', '--seed', '1', '--short-order'] },
    readLastLine,
  )

type Suite = () => Promise<StepResult>

/** Runs suites one after the other, each reported when it has ended. */
async function inTurn(suites: readonly Suite[]): Promise<StepResult[]> {
  const results: StepResult[] = []
  for (const suite of suites) {
    const result = await suite()
    report(result)
    results.push(result)
  }
  return results
}

const checks = await check()
const inBrowser =
  (...projects: [string, ...string[]]) =>
  () =>
    browserTests(projects[0], projects)
const beside = await Promise.all([
  // One process more than cores: the tests of the database wait for it half of the time.
  inTurn([() => runVitest('systems', 'systems'), () => runVitest('database', 'db', availableParallelism() + 1)]),
  inTurn([build, crashPoints, inBrowser('journeys', 'attacks')]),
])
const results = [...checks, ...beside.flat(), ...(await inTurn([inBrowser('alone')]))]

const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0)
const passed = sum(results.map((result) => result.passed))
const failed = sum(results.map((result) => result.failed))
process.exitCode = failed > 0 ? 1 : 0
process.stdout.write(`${passed} passed, ${failed} failed\n`)
