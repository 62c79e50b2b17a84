import { expect, test } from '@playwright/test'
import { describeFollowing } from './tabs/following.ts'
import { heading, type TabHarness, tabHarness } from './tabs/tab-harness.ts'

test.describe.configure({ mode: 'serial' })

const WITHOUT_SHARED_WORKERS = 'delete globalThis.SharedWorker'

let harness: TabHarness
test.beforeAll(async () => {
  harness = await tabHarness()
})
test.afterAll(() => harness.close())

describeFollowing(
  { how: 'one leading tab where there are no shared workers', script: WITHOUT_SHARED_WORKERS, count: 7, locks: 1 },
  () => harness,
)

test('a tab that leads and falls asleep does not keep the others from following', async ({ browser }) => {
  const context = await browser.newContext()
  await context.addInitScript(WITHOUT_SHARED_WORKERS)
  const tabs = await harness.openTabs(context, 3)
  await expect.poll(harness.streams).toBe(1)
  // Whoever came last into sight leads.
  const sleeper = tabs.pop()
  if (sleeper === undefined) throw new Error('There is no tab.')
  const session = await context.newCDPSession(sleeper)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  const words = await harness.turn(false)
  for (const page of tabs) await expect(heading(page)).toHaveText(words)
  await session.send('Page.setWebLifecycleState', { state: 'active' })
  await expect(heading(sleeper)).toHaveText(words)
  await expect.poll(harness.streams).toBe(1)
  await context.close()
})
