import { expect, test } from '@playwright/test'
import { addPerson, PASSWORD } from '#lib/testing/database/people.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { type Harness, openHarness } from './harness.ts'

test.use({ javaScriptEnabled: false })

let harness: Harness
test.beforeAll(async () => {
  harness = await openHarness()
  await insertFlow(harness.ctx, { name: 'ledger', cron: '0 5 * * *' })
  await harness.ctx.pool.query(`update setting set value = '"private"' where key = 'access'`)
  await addPerson(harness.ctx, 'ada', 'engineer')
})
test.afterAll(() => harness.close())

test('without JavaScript somebody is led to sign in, comes back to where they wanted to go, runs a flow, and signs out', async ({
  page,
}) => {
  await expect(async () => {
    await page.goto(`${harness.url}/flows/ledger`)
    await expect(page).toHaveURL(`${harness.url}/sign-in?to=%2Fflows%2Fledger`, { timeout: 1000 })
  }).toPass()
  await page.getByLabel('E-mail address').fill('ada@example.edu')
  await page.getByLabel('Password').fill('not the right one')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('status')).toHaveText('This address and this password do not go together.')
  await page.getByLabel('E-mail address').fill('ada@example.edu')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(`${harness.url}/flows/ledger`)
  await page.getByRole('button', { name: 'Run now ledger' }).click()
  await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}$/)
  await expect(page.getByText('Ada').first()).toBeVisible()
  await page.goto(`${harness.url}/account`)
  await expect(page.getByText('this browser')).toBeVisible()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByRole('status')).toHaveText('You have signed out.')
  await page.goto(`${harness.url}/runs`)
  await expect(page).toHaveURL(`${harness.url}/sign-in?to=%2Fruns`)
})
