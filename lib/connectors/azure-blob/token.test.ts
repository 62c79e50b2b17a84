import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import { azureBlobSettings } from './settings.ts'
import { requestToken } from './token.ts'

let receiver: HttpReceiver
beforeAll(async () => {
  receiver = await startHttpReceiver()
})
afterAll(() => receiver.close())

const NOW = Date.parse('2026-11-20T07:00:00Z')
const ask = (given: Record<string, unknown>) =>
  requestToken({
    key: 'shop',
    settings: azureBlobSettings.parse({ url: 'https://shop.blob.example.edu', authority: new URL(receiver.url).origin, ...given }),
    clock: new FakeClock(NOW),
    log: silentLog,
    signal: new AbortController().signal,
  })
const OF_SECRET = { tenant: 'example', clientId: 'client', clientSecret: 'hush' }
const good = () =>
  receiver.behave((response) => response.writeHead(200).end('{"access_token":"tok","expires_in":"3599","token_type":"Bearer"}'))

describe('a token for an account', () => {
  it.each([
    ['a client secret', OF_SECRET, { client_secret: 'hush' }],
    [
      'a workload identity',
      { tenant: 'example', clientId: 'client', federatedToken: 'jwt' },
      { client_assertion: 'jwt', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' },
    ],
  ])('is asked for with %s, for the storage alone', async (_what, settings, proof) => {
    good()
    expect(await ask(settings)).toEqual({ token: 'tok', expiresOnTimestamp: NOW + 3_599_000 })
    const asked = receiver.requests.at(-1)
    expect(asked?.path).toBe('/example/oauth2/v2.0/token')
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client',
      scope: 'https://storage.azure.com/.default',
      ...proof,
    })
  })

  it('is asked of the machine where it has an identity, or of one of several', async () => {
    good()
    expect(await ask({ managedIdentity: true, clientId: 'one' })).toMatchObject({ token: 'tok' })
    const asked = receiver.requests.at(-1)
    expect(asked?.path).toBe(
      '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com%2F&client_id=one',
    )
    expect(asked?.headers).toMatchObject({ metadata: 'true' })
  })

  it.each([
    ['AADSTS7000215: Invalid client secret provided.', 'the client secret is wrong'],
    ['AADSTS7000222: The provided client secret keys are expired.', 'the client secret has ended'],
    ['AADSTS99999: something new', 'AADSTS99999'],
    ['hush', 'it gives no reason'],
  ])('is refused in words: %s', async (description, words) => {
    receiver.behave((response) => response.writeHead(401).end(JSON.stringify({ error: 'invalid_client', error_description: description })))
    await expect(ask(OF_SECRET)).rejects.toMatchObject({ systemWide: true, publicMessage: expect.stringContaining(words) })
    await expect(ask(OF_SECRET)).rejects.not.toThrow('hush')
  })

  it('is not made of an answer without one', async () => {
    for (const body of ['{}', '<html>', '{"access_token":"","expires_in":1}']) {
      receiver.behave((response) => response.writeHead(200).end(body))
      await expect(ask(OF_SECRET)).rejects.toMatchObject({ publicMessage: expect.stringContaining('holds no token') })
    }
  })
})
