import { expect, type Page, test } from '@playwright/test'
import { heading, LIVE, type TabHarness } from './tab-harness.ts'

const heldLocks = (page: Page) => page.evaluate(async () => (await navigator.locks.query()).held?.length ?? 0)

interface Way {
  /** How the tabs share their stream. */
  how: string
  /** Run before every page. */
  script: string
  /** So many tabs. */
  count: number
  /** What the first of them holds. */
  locks: number
}

/** The journeys of many tabs, by one way to share a stream. */
export function describeFollowing({ how, script, count, locks }: Way, harnessOf: () => TabHarness): void {
  test(`${count} tabs share one stream and all follow, by ${how}`, async ({ browser }) => {
    const harness = harnessOf()
    const context = await browser.newContext()
    await context.addInitScript(script)
    const tabs = await harness.openTabs(context, count)
    for (const page of tabs) await expect(page.getByText(LIVE)).toBeVisible()
    await expect.poll(harness.streams).toBe(1)
    for (const page of tabs.slice(0, 1)) expect(await heldLocks(page)).toBe(locks)
    let words = await harness.turn(false)
    for (const page of tabs) await expect(heading(page)).toHaveText(words)

    // The tabs that could lead go, one after the other; who is left goes on.
    for (const page of tabs.splice(0, count - 2)) await page.close()
    await expect.poll(harness.streams).toBe(1)
    words = await harness.turn(true)
    for (const page of tabs) await expect(heading(page)).toHaveText(words)
    await context.close()
    await expect.poll(harness.streams).toBe(0)
  })

  test(`a page that was left and came back to follows again, by ${how}`, async ({ browser }) => {
    const harness = harnessOf()
    const context = await browser.newContext()
    await context.addInitScript(script)
    const [page] = await harness.openTabs(context, 1)
    if (page === undefined) throw new Error('There is no tab.')
    await page.goto(`${harness.url}/runs`)
    const missed = await harness.turn(false)
    await page.goBack()
    await expect(heading(page)).toHaveText(missed)
    await expect.poll(harness.streams).toBe(1)
    await expect(heading(page)).toHaveText(await harness.turn(true))
    await context.close()
  })
}
