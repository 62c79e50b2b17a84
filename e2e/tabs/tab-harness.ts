import { once } from 'node:events'
import { type BrowserContext, expect, type Page } from '@playwright/test'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { systemClock } from '#lib/platform/clock.ts'
import type { ProcessState } from '../attack/report-state.ts'
import { type Harness, openHarness } from '../harness.ts'
import { LATE_ASSET } from '../journey-catalogue.ts'

export const LIVE = 'Live: this page follows by itself.'

/** A harness whose server says how many streams it has open. */
export interface TabHarness extends Harness {
  stateOf(): Promise<ProcessState>
  streams(): Promise<number>
  /** Opens the overview in so many tabs, none of which may wait for another. */
  openTabs(context: BrowserContext, count: number): Promise<Page[]>
  /** Makes one feed late, or everything fresh; returns what the overview then says. */
  turn(late: boolean): Promise<RegExp>
}

export const heading = (page: Page) => page.getByRole('heading', { level: 1 })

/** Opens it. */
export async function tabHarness(): Promise<TabHarness> {
  const harness = await openHarness({ web: { node: ['--import', new URL('../attack/report-state.ts', import.meta.url).pathname] } })
  const stateOf = async (): Promise<ProcessState> => {
    const { child } = harness.server
    child.send('state')
    const [state] = await once(child, 'message')
    return state
  }
  return {
    ...harness,
    stateOf,
    streams: async () => (await stateOf()).listeners,
    async openTabs(context, count) {
      const tabs: Page[] = []
      for (let tab = 0; tab < count; tab += 1) {
        const page = await context.newPage()
        const startedAt = performance.now()
        await page.goto(harness.url)
        await expect(heading(page)).toBeVisible()
        expect(performance.now() - startedAt, `tab ${tab + 1}`).toBeLessThan(5000)
        tabs.push(page)
      }
      return tabs
    },
    async turn(late) {
      await harness.write(LATE_ASSET, systemClock.now() - (late ? 2 * DAY_MS : 0))
      return late ? /^1 of 3 feeds is late: / : /^All 3 feeds are fresh\.$/
    },
  }
}
