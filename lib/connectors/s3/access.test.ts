import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '#lib/platform/clock.ts'
import { startS3World } from '#lib/testing/connectors/s3-world.ts'
import { listed } from '#lib/testing/connectors/store-session.ts'
import { s3Settings } from './settings.ts'

const world = await startS3World()
const { standIn } = world
standIn.put('landing', 'in/a.csv', 'x')

afterAll(() => standIn.close())
afterEach(() => {
  standIn.control.clear()
  standIn.control.requests.length = 0
})

const check = (settings?: Record<string, unknown>) => world.session(settings).check()
const SECRET = 'pretend/secret+key'

describe('getting into a store', () => {
  it('says what we may look into', async () => {
    standIn.bucket('archive')
    expect(await check()).toMatchObject({ ok: true, detail: 'We may look into landing, archive.' })
    expect(await check({ buckets: ['landing'] })).toMatchObject({ ok: true, detail: 'We may look into landing.' })
    expect(await check({ buckets: ['landing', 'nowhere'] })).toMatchObject({ ok: false, detail: expect.stringContaining('nowhere') })
  })

  it.each([
    ['a wrong secret', { secretAccessKey: 'another' }, 'refused the credentials'],
    ['a key that nobody knows', { accessKeyId: 'AKIANOBODY' }, 'refused the credentials'],
    ['a session that has ended', { sessionToken: 'over' }, 'refused the credentials'],
  ])('is not let in with %s, as a whole and in words without the secret', async (_what, settings, words) => {
    const health = await check(settings)
    expect(health).toMatchObject({ ok: false, detail: expect.stringContaining(words) })
    expect(JSON.stringify(health)).not.toContain(SECRET)
    await expect(world.look({ 'landing/in': {} }, settings)).rejects.toMatchObject({ systemWide: true })
  })

  it('takes on a role, whose key signs from then on', async () => {
    const session = world.session({ role: standIn.role }, { clock: systemClock })
    const calling = new AbortController()
    expect(await listed(session.files('landing', calling.signal))).toEqual(['in/a.csv'])
    // The question that made us take it on is over; the role is not.
    calling.abort()
    expect(await session.check()).toMatchObject({ ok: true })
    const other = world.session({ role: 'arn:aws:iam::111122223333:role/other' }, { clock: systemClock })
    expect(await other.check()).toMatchObject({ ok: false, detail: expect.stringContaining('does not let us take on the role other') })
  })

  it('goes on where the clocks differ by more than the store allows', async () => {
    standIn.control.clockAheadMs = 3_600_000
    expect(await listed(world.session().files('landing'))).toEqual(['in/a.csv'])
  })

  it.each([
    ['denied', 'access denied', { code: 'refused', lasting: 'refused' }],
    ['server-error', 'HTTP 500', { retryable: true }],
    ['moving', 'is moving', {}],
    ['down', 'broke the connection', { retryable: true, systemWide: true }],
  ] as const)('tells what is wrong: %s', async (fault, words, more) => {
    standIn.control.set(fault)
    await expect(listed(world.session().files('landing'))).rejects.toMatchObject({ publicMessage: expect.stringContaining(words), ...more })
    expect(await check()).toMatchObject({ ok: false })
  })

  it('gives up on a store that does not answer, and when it is called off', async () => {
    standIn.control.set('silent')
    await expect(
      listed(world.session({}, { settings: { ...world.connection().settings, timeout: 100 } }).files('landing')),
    ).rejects.toMatchObject({ code: 'timeout', retryable: true })
    const calling = new AbortController()
    const asking = listed(world.session().files('landing', calling.signal))
    setImmediate(() => calling.abort())
    await expect(asking).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('follows a bucket into its region', async () => {
    standIn.bucket('north').region = 'eu-north-1'
    standIn.put('north', 'n.csv', 'x')
    expect(await listed(world.session().files('north'))).toEqual(['n.csv'])
  })

  it.each([
    [{ region: undefined, endpoint: undefined }, 'region'],
    [{ accessKeyId: undefined }, 'accessKeyId'],
    [{ profile: 'shop' }, 'profile'],
    [{ externalId: 'x' }, 'externalId'],
    [{ role: 'tidemark' }, 'role'],
    [{ queue: 'landing' }, 'queue'],
  ])('refuses settings that do not go together: %j', (odd, at) => {
    const settings = { endpoint: 'https://s3.example.edu', accessKeyId: 'k', secretAccessKey: 's', ...odd }
    expect(s3Settings.safeParse(settings).error?.issues.map(({ path }) => path[0])).toContain(at)
  })
})
