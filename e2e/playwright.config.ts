import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defineConfig } from '@playwright/test'
import chromium from '@sparticuz/chromium'

/** A browser of this machine if it has one, else the one that came with npm: nothing needs to be installed. */
const installed = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

const ALONE = 'database-gone.spec.ts'

export default defineConfig({
  testDir: '.',
  projects: [
    // Says how many seconds an answer may take, so nothing else runs beside it.
    { name: 'alone', testMatch: ALONE },
    { name: 'journeys', testMatch: '*.spec.ts', testIgnore: [ALONE, '*.wide.spec.ts'], dependencies: ['alone'] },
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
      executablePath: installed.find((path) => existsSync(path)) ?? (await chromium.executablePath()),
      args: ['--no-sandbox', '--disable-background-networking'],
    },
  },
})
