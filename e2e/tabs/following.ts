import { expect, type Page, test } from '@playwright/test'
import { heading, LIVE, type TabStage } from './tab-stage.ts'

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
export function describeFollowing({ how, script, count, locks }: Way, stageOf: () => TabStage): void {
  test(`${count} tabs share one stream and all follow, by ${how}`, async ({ browser }) => {
    const stage = stageOf()
    const context = await browser.newContext()
    await context.addInitScript(script)
    const tabs = await stage.openTabs(context, count)
    for (const page of tabs) await expect(page.getByText(LIVE)).toBeVisible()
    await expect.poll(stage.streams).toBe(1)
    for (const page of tabs.slice(0, 1)) expect(await heldLocks(page)).toBe(locks)
    let words = await stage.turn(false)
    for (const page of tabs) await expect(heading(page)).toHaveText(words)

    // The tabs that could lead go, one after the other; who is left goes on.
    for (const page of tabs.splice(0, count - 2)) await page.close()
    await expect.poll(stage.streams).toBe(1)
    words = await stage.turn(true)
    for (const page of tabs) await expect(heading(page)).toHaveText(words)
    await context.close()
    await expect.poll(stage.streams).toBe(0)
  })

  test(`a page that was left and came back to follows again, by ${how}`, async ({ browser }) => {
    const stage = stageOf()
    const context = await browser.newContext()
    await context.addInitScript(script)
    const [page] = await stage.openTabs(context, 1)
    if (page === undefined) throw new Error('There is no tab.')
    await page.goto(`${stage.url}/runs`)
    const missed = await stage.turn(false)
    await page.goBack()
    await expect(heading(page)).toHaveText(missed)
    await expect.poll(stage.streams).toBe(1)
    await expect(heading(page)).toHaveText(await stage.turn(true))
    await context.close()
  })
}
