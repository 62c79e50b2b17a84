import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'
import chromium from '@sparticuz/chromium'

/** A browser of this machine if it has one, else the one that came with npm: nothing needs to be installed. */
const installed = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  testIgnore: '*.wide.spec.ts',
  outputDir: '../test-results',
  workers: 1,
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
