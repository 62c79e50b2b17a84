import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defineConfig } from '@playwright/test'
import chromium from '@sparticuz/chromium'

/** Those of the machine, for where the one that came with npm does not start. */
const installed = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

/** The one that came with npm draws no windows: journeys cost it three fifths of the processor time of a whole browser. */
async function findBrowser(): Promise<string> {
  const isMadeForUs = process.platform === 'linux' && process.arch === 'x64'
  const own = isMadeForUs ? await chromium.executablePath() : undefined
  const starts = own !== undefined && spawnSync(own, ['--version']).status === 0
  const found = starts ? own : installed.find((path) => existsSync(path))
  if (found === undefined) throw new Error(`There is no browser: install one of ${installed.join(', ')}.`)
  return found
}

const ALONE = 'database-gone.spec.ts'
const ATTACKS = 'attack.spec.ts'

export default defineConfig({
  testDir: '.',
  projects: [
    // Says how many seconds an answer may take, so no journey runs beside it.
    { name: 'alone', testMatch: ALONE },
    { name: 'journeys', testMatch: '*.spec.ts', testIgnore: [ALONE, ATTACKS, '*.wide.spec.ts'], dependencies: ['alone'] },
    // Of one run the last, when less goes on beside it.
    { name: 'attacks', testMatch: ATTACKS },
  ],
  outputDir: '../test-results',
  globalSetup: '../lib/testing/database/global-setup.ts',
  // Files take turns on two workers, each with databases and ports of its own.
  workers: Math.min(2, availableParallelism()),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'line',
  use: {
    viewport: { width: 1280, height: 900 },
    launchOptions: {
      executablePath: await findBrowser(),
      args: ['--no-sandbox', '--disable-background-networking'],
    },
  },
})
