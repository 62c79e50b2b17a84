import { defineConfig } from '@playwright/test'
import narrow from './playwright.config.ts'

/** The sweep over every width there is: `npm run test:wide`. */
export default defineConfig(narrow, { metadata: { everyWidth: true } })
