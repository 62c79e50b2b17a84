import { beforeEach, describe, expect, it } from 'vitest'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { SNS_CERTIFICATE, SNS_CERTIFICATE_URL, snsConfirmation, snsMessage } from '#lib/testing/push/sns.ts'
import { UNTRUSTED } from '#lib/testing/servers/untrusted-certificate.ts'
import { NotificationVerifier } from './verify-notification.ts'

const NOW = '2026-12-05T04:00:00Z'
const { signal } = new AbortController()
let clock: FakeClock
let fetched: string[]
let answer: string
let verifier: NotificationVerifier
beforeEach(() => {
  clock = new FakeClock(NOW)
  fetched = []
  answer = SNS_CERTIFICATE
  verifier = new NotificationVerifier(clock, async (url) => {
    fetched.push(url)
    return answer
  })
})
const verify = (message: ReturnType<typeof snsMessage>) => verifier.verify(message, clock.now(), signal)

describe('a message in the name of SNS', () => {
  it('is taken when SNS signed it, by either of its ways, and its certificate is fetched once an hour', async () => {
    await verify(snsMessage('{}'))
    await verify(snsMessage('{}', { SignatureVersion: '1' }))
    await verify(snsMessage('{}', { Subject: 'Amazon S3 Notification' }))
    await verify(snsConfirmation())
    expect(fetched).toEqual([SNS_CERTIFICATE_URL])
    clock.set(clock.now() + HOUR_MS)
    await verify(snsMessage('{}', { Timestamp: new Date(clock.now()).toISOString() }))
    expect(fetched).toHaveLength(2)
  })

  it.each([
    ['another content', { Message: '{"Records": [1]}' }],
    ['another topic', { TopicArn: 'arn:aws:sns:us-east-1:123456789012:other' }],
    ['another time', { Timestamp: '2026-12-05T03:58:00.000Z' }],
    ['a subject that was not signed', { Subject: 'x' }],
    ['the other way of signing', { SignatureVersion: '1' as const }],
    ['no signature at all', { Signature: 'bm9uZQ==' }],
  ])('is refused with %s than what was signed', async (_what, own) => {
    await expect(verify({ ...snsMessage('{}'), ...own })).rejects.toMatchObject({
      code: 'refused',
      publicMessage: 'This message of SNS is not taken. Its signature is not that of SNS.',
    })
  })

  it('is refused before anything is fetched when its certificate lies elsewhere', async () => {
    const message = snsMessage('{}', { SigningCertURL: 'https://example.org/a.pem' })
    await expect(verify(message)).rejects.toMatchObject({ code: 'refused' })
    expect(fetched).toEqual([])
  })

  it.each([
    ['nothing', '<html>', /no certificate/],
    ['the certificate of somebody else', UNTRUSTED.cert, /not that of SNS/],
  ])('is refused where there is %s', async (_what, text, words) => {
    answer = text
    await expect(verify(snsMessage('{}'))).rejects.toMatchObject({ code: 'refused', publicMessage: expect.stringMatching(words) })
  })

  it('is refused once the certificate is over', async () => {
    clock.set('2036-11-01T00:00:00Z')
    await expect(verify(snsMessage('{}', { Timestamp: '2036-11-01T00:00:00Z' }))).rejects.toMatchObject({
      publicMessage: expect.stringMatching(/not valid now/),
    })
  })

  it('is neither taken nor refused while SNS cannot be reached', async () => {
    const unreachable = new NotificationVerifier(clock, () => Promise.reject(new Error('no network')))
    await expect(unreachable.verify(snsMessage('{}'), clock.now(), signal)).rejects.toThrow('no network')
  })

  it('has its subscription confirmed where SNS says', async () => {
    const message = snsConfirmation()
    await verifier.confirm(message, signal)
    expect(fetched).toEqual([message.SubscribeURL])
  })
})
