import { expect, test } from '@playwright/test'
import { putPeopleSettings } from '#lib/db/people/people-settings.ts'
import { addPerson, PASSWORD } from '#lib/testing/database/people.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { CLIENT, type OidcServer, startOidcServer } from '#lib/testing/servers/oidc-server.ts'
import { type Harness, openHarness } from './harness.ts'

test.use({ javaScriptEnabled: false })

let harness: Harness
let provider: OidcServer
test.beforeAll(async () => {
  harness = await openHarness({ web: { variables: { OIDC_CLIENT_SECRET: CLIENT.secret } } })
  provider = await startOidcServer([`${harness.url}/api/sign-in/oidc/callback`])
  await insertFlow(harness.ctx, { name: 'ledger', cron: '0 5 * * *' })
  await harness.ctx.pool.query(`update setting set value = '"private"' where key = 'access'`)
  await addPerson(harness.ctx, 'ada', 'engineer')
})
test.afterAll(async () => {
  await provider.close()
  await harness.close()
})

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

test('through the provider somebody comes to where they wanted to go, also at the second try, with the role that their groups have there', async ({
  page,
}) => {
  const { issuer, clientId } = provider
  const oidc = { issuer, clientId, name: 'Campus login', groupsClaim: 'groups' }
  const roles = [{ role: 'engineer' as const, for: { oidc: ['engineers'], people: [] } }]
  await putPeopleSettings(harness.ctx.whole, { people: { roles, oidc, mail: null }, audiences: [] })
  await page.goto(`${harness.url}/flows/ledger`)
  await page.getByRole('link', { name: 'Sign in with Campus login' }).click()
  await expect(page.getByRole('status')).toHaveText('Campus login did not let you in.')
  provider.signsIn = { sub: 'eve', email: 'eve@campus.example', email_verified: true, name: 'Eve', groups: ['engineers'] }
  await page.getByRole('link', { name: 'Sign in with Campus login' }).click()
  await expect(page).toHaveURL(`${harness.url}/flows/ledger`)
  await expect(page.getByRole('button', { name: 'Run now ledger' })).toBeVisible()
})
