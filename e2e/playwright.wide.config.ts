import { defineConfig } from '@playwright/test'
import narrow from './playwright.config.ts'

/** The sweep over every width there is, and what only some browsers need: `npm run test:wide`. */
export default defineConfig({
  ...narrow,
  projects: [{ testMatch: ['every-page.spec.ts', '*.wide.spec.ts'] }],
  metadata: { everyWidth: true },
})
