// npm run check: format and lint, types, rules (the architecture is one of them). Needs no database; run it before every commit.
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Counts, report, runStep, runSuite, type StepResult } from './step.ts'

/** What vitest's JSON report says it ran. */
export function readVitestReport(file: string): Counts | undefined {
  if (!existsSync(file)) return undefined
  const { numPassedTests, numFailedTests, numFailedTestSuites, numTotalTests } = JSON.parse(readFileSync(file, 'utf8'))
  const brokenFiles = numFailedTests === 0 ? numFailedTestSuites : 0
  return numTotalTests === 0 && brokenFiles === 0 ? undefined : { passed: numPassedTests, failed: numFailedTests + brokenFiles }
}

/** Runs one of vitest's projects in so many processes, as many as there are cores when left out, counting its tests. */
export async function runVitest(name: string, project: string, processes?: number): Promise<StepResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-report-'))
  const file = join(folder, 'report.json')
  const flags = ['--config', '.config/vitest.ts', '--project', project, '--reporter=dot', '--reporter=json', `--outputFile.json=${file}`]
  if (processes !== undefined) flags.push(`--maxWorkers=${processes}`)
  const result = await runSuite({ name, run: ['vitest', 'run', ...flags] }, () => readVitestReport(file))
  await rm(folder, { recursive: true })
  return result
}

/** The native compiler checks types in a third of the time; `typescript` stays 6 for those that read syntax by its API: 7 has none. */
const TSC = ['node', 'node_modules/typescript-native/bin/tsc'] as const
/** It is over soon: to give memory back meanwhile, before it has taken that much, took it a third of its time. */
const KEEP_MEMORY = { GOGC: 'off', GOMEMLIMIT: '3GiB' }

/** Every step of the check, all at once; each is reported when it ends. */
export async function check(): Promise<StepResult[]> {
  const results: StepResult[] = []
  const done = async (step: Promise<StepResult>) => {
    const result = await step
    report(result)
    results.push(result)
  }
  const types = [...TSC, '--noEmit', '--project', '.', '--pretty', 'false', '--checkers', '1'] as const
  await Promise.all([
    done(runStep({ name: 'format, lint', run: ['biome', 'check', '.'] })),
    done(runStep({ name: 'types', run: types, environment: KEEP_MEMORY })),
    done(runVitest('rules', 'rules')),
  ])
  return results
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const results = await check()
  process.exitCode = results.some((result) => result.failed > 0) ? 1 : 0
}
