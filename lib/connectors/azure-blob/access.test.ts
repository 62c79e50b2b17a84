import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  generateAccountSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '#lib/platform/clock.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { startAzureWorld } from '#lib/testing/connectors/azure-world.ts'
import { listed } from '#lib/testing/connectors/store-session.ts'
import { azurite } from '#lib/testing/servers/azurite.ts'
import { plainText } from './queue.ts'
import { azureBlobSettings } from './settings.ts'

const world = await startAzureWorld('access')
await world.put('landing', 'in/a.csv', 'hello')
await world.put('landing', 'in/_SUCCESS', '')

afterAll(() => world.close())
afterEach(async () => {
  world.blobs.behave()
  world.queues.behave()
  await world.queue.clearMessages()
})

async function signature(more: { expiresOn?: Date; permissions?: string } = {}): Promise<string> {
  const { account, key } = await azurite()
  const signed = generateAccountSASQueryParameters(
    {
      expiresOn: more.expiresOn ?? new Date(systemClock.now() + 3_600_000),
      permissions: AccountSASPermissions.parse(more.permissions ?? 'rlup'),
      resourceTypes: AccountSASResourceTypes.parse('sco').toString(),
      services: AccountSASServices.parse('bq').toString(),
    },
    new StorageSharedKeyCredential(account, key),
  )
  return signed.toString()
}

describe('getting into an account', () => {
  it('says what we may look into and what waits, by its key or by a signature', async () => {
    expect(await world.session({ containers: ['landing'] }).check()).toMatchObject({
      ok: true,
      detail: 'We may look into landing; about 0 messages in the queue.',
    })
    const expiresOn = new Date('2100-01-01T00:00:00Z')
    expect(await world.session({ sas: await signature({ expiresOn }) }).check()).toMatchObject({
      ok: true,
      detail: expect.stringContaining('landing'),
      credentialExpiresAt: expiresOn.getTime(),
    })
  })

  it('is not let in with a wrong key or a signature that has ended', async () => {
    for (const given of [{ accountKey: Buffer.from('wrong').toString('base64') }, { sas: await signature({ expiresOn: new Date(0) }) }])
      expect(await world.session(given).check()).toMatchObject({ ok: false })
  })

  it.each([
    [{ status: 403, code: 'AuthenticationFailed' }, 'refused the credentials'],
    [{ status: 403, code: 'AuthenticationFailed', message: 'Request date header too old' }, 'clock is wrong'],
    [{ status: 401, code: 'InvalidAuthenticationInfo' }, 'refused the credentials'],
  ])('is not let in as a whole where it is not known: %j', async (rudeness, words) => {
    world.blobs.be(rudeness)
    await expect(world.look({ 'landing/in': {} })).rejects.toMatchObject({
      systemWide: true,
      publicMessage: expect.stringContaining(words),
    })
  })

  it.each(['down', 'html-page', { status: 403, code: 'AuthorizationFailure' }] as const)(
    'says nothing of its signature where it fails: %j',
    async (rudeness) => {
      const sas = await signature()
      world.blobs.be(rudeness)
      const error: unknown = await listed(world.session({ sas }).files('landing')).catch((thrown: unknown) => thrown)
      expect(toInternalMessage(error)).not.toContain(new URLSearchParams(sas).get('sig')?.slice(0, 8))
      expect(toInternalMessage(error)).not.toContain('sig=')
    },
  )

  it('says what is not allowed of one place', async () => {
    const sas = await signature({ permissions: 'r' })
    const seen = await world.look({ 'landing/in': {} }, { sas })
    expect(seen.get('landing/in')).toMatchObject({ ok: false, lasting: 'refused', publicMessage: expect.stringContaining('access denied') })
  })

  it.each([
    [{ status: 503, code: 'ServerBusy' }, 'asks for patience', { retryable: true, systemWide: true }],
    [{ status: 500, code: 'InternalError' }, 'HTTP 500', { retryable: true }],
    [{ status: 409, code: 'BlobArchived' }, 'archived', {}],
    ['down', 'broke the connection', { retryable: true }],
  ] as const)('tells what is wrong: %j', async (rudeness, words, more) => {
    world.blobs.be(rudeness)
    await expect(listed(world.session().files('landing'))).rejects.toMatchObject({ publicMessage: expect.stringContaining(words), ...more })
    if (typeof rudeness !== 'object' || rudeness.status < 500) return
    world.blobs.be(rudeness, 2)
    expect(await listed(world.session().files('landing'))).toHaveLength(2)
  })

  it('gives up on an account that does not answer', async () => {
    world.blobs.be('silent')
    const session = world.session({}, { settings: { ...world.connection().settings, timeout: 50 } })
    await expect(listed(session.files('landing'))).rejects.toMatchObject({ code: 'timeout', retryable: true })
  })

  it.each([
    [{}, 'accountKey'],
    [{ accountKey: 'k', sas: 's' }, 'sas'],
    [{ clientSecret: 's' }, 'tenant'],
    [{ clientSecret: 's', tenant: 't' }, 'clientId'],
    [{ managedIdentity: true, url: 'http://shop.blob.example.edu' }, 'url'],
    [{ sas: 's', url: 'http://shop.blob.example.edu' }, 'url'],
    [{ sas: 's', queue: 'http://shop.queue.example.edu/landing' }, 'queue'],
    [{ clientSecret: 's', tenant: 't', clientId: 'c', authority: 'http://login.example.edu' }, 'authority'],
    [{ accountKey: 'k', queue: 'landing' }, 'queue'],
  ])('refuses settings that do not go together: %j', (odd, at) => {
    const settings = { url: 'https://shop.blob.example.edu', ...odd }
    expect(azureBlobSettings.safeParse(settings).error?.issues.map(({ path }) => path[0])).toContain(at)
  })
})

describe('looking at blobs', () => {
  it('takes the newest file below a path, which what is said of it moves, too', async () => {
    const [file] = (await Array.fromAsync(world.session().files('landing/in'))).filter(({ bytes }) => bytes > 0)
    expect((await world.look({ 'landing/in': {} })).get('landing/in')).toMatchObject({
      ok: true,
      readings: [{ clock: 'writtenAt', at: file?.modifiedAt, precision: 'instant' }],
      evidence: { strength: 'weak' },
    })
    const places = await Array.fromAsync(world.session({ containers: ['landing'] }).discover('UTC'))
    expect(places.map(({ path }) => path)).toEqual(['landing/in'])
  })
})

describe('the messages of a storage queue', () => {
  const drain = () => Array.fromAsync(world.session().fileMessages())

  it('are told with their bodies, in base64 or not, each once, and go when they are done', async () => {
    for (let i = 0; i < 40; i++) await world.queue.sendMessage(Buffer.from(JSON.stringify({ i })).toString('base64'))
    await world.queue.sendMessage('{"plain":true}')
    const told = await drain()
    expect(told).toHaveLength(41)
    expect(told.map(({ body }) => body)).toContainEqual({ plain: true })
    expect(told.map(({ body }) => body)).toContainEqual({ i: 7 })
    expect(told.every(({ tries }) => tries === 1)).toBe(true)
    await Promise.all(told.map((message) => message.done()))
    expect((await world.queue.getProperties()).approximateMessagesCount).toBe(0)
  })

  it('stay in the queue when they are given back, and are kept back for a while', async () => {
    await world.queue.sendMessage('{"a":1}')
    const [message] = await drain()
    await message?.giveBack()
    expect(await drain()).toEqual([])
    expect((await world.queue.getProperties()).approximateMessagesCount).toBe(1)
    // Whoever took it before has it no more.
    await expect(message?.done()).rejects.toMatchObject({ code: 'not-found' })
  })

  it.each(['html-page', 'down'] as const)('are not taken for none where the queue cannot be asked: %s', async (rudeness) => {
    world.queues.be(rudeness)
    await expect(drain()).rejects.toMatchObject({ name: 'TidemarkError' })
  })

  it.each([
    ['{"a":1}', '{"a":1}'],
    [Buffer.from('[{"id":"ü"}]').toString('base64'), '[{"id":"ü"}]'],
    ['hello', 'hello'],
    ['12345678', '12345678'],
    [Buffer.from('no JSON').toString('base64'), Buffer.from('no JSON').toString('base64')],
  ])('are read as what they are: %s', (text, plain) => {
    expect(plainText(text)).toBe(plain)
  })
})
