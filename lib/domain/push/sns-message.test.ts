import { describe, expect, it } from 'vitest'
import { isFromSns, type SnsMessage, signedText, snsMessageSchema, snsProblem } from './sns-message.ts'

const NOW = Date.parse('2026-11-29T04:00:00Z')
const notification = (own: Record<string, unknown> = {}) => ({
  Type: 'Notification',
  MessageId: 'm-1',
  TopicArn: 'arn:aws:sns:us-east-1:123456789012:files',
  Message: '{"Records": []}',
  Timestamp: '2026-11-29T03:59:00.000Z',
  SignatureVersion: '2',
  Signature: 'c2ln',
  SigningCertURL: 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0a1b.pem',
  UnsubscribeURL: 'https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe',
  ...own,
})
const confirmation = (own: Record<string, unknown> = {}) =>
  notification({
    Type: 'SubscriptionConfirmation',
    Token: 't',
    SubscribeURL: 'https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=t',
    ...own,
  })
const read = (body: unknown): SnsMessage => snsMessageSchema.parse(body)

describe('a message of SNS', () => {
  it.each([
    [notification(), true],
    [confirmation(), true],
    [{ Type: 'Notification', Message: '' }, false],
    [{ Type: 'Order', TopicArn: 'x' }, false],
    [null, false],
    ['Notification', false],
  ])('%j says so of itself: %s', (body, isSo) => {
    expect(isFromSns(body)).toBe(isSo)
  })

  it('is signed over its members by name, the subject only where there is one', () => {
    expect(signedText(read(notification({ Subject: 'New' })))).toBe(
      'Message\n{"Records": []}\nMessageId\nm-1\nSubject\nNew\nTimestamp\n2026-11-29T03:59:00.000Z\nTopicArn\narn:aws:sns:us-east-1:123456789012:files\nType\nNotification\n',
    )
    expect(signedText(read(notification()))).not.toContain('Subject')
    expect(signedText(read(confirmation()))).toContain(
      'SubscribeURL\nhttps://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=t\n',
    )
    expect(signedText(read(confirmation()))).toContain('\nToken\nt\n')
  })

  it('is refused with all that it lacks', () => {
    const { error } = snsMessageSchema.safeParse(
      confirmation({ Token: undefined, MessageId: '', SignatureVersion: '3', Timestamp: 'today' }),
    )
    expect(error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual([
      'MessageId is empty',
      'Timestamp is not a date and time with its zone',
      'SignatureVersion is neither 1 nor 2',
    ])
    expect(snsMessageSchema.safeParse(confirmation({ Token: undefined })).error?.issues[0]?.path).toEqual(['Token'])
  })

  it('may be of any region and partition of AWS', () => {
    for (const [region, end, partition] of [
      ['us-east-1', '', 'aws'],
      ['ap-southeast-2', '', 'aws'],
      ['us-gov-west-1', '', 'aws-us-gov'],
      ['cn-north-1', '.cn', 'aws-cn'],
    ]) {
      const own = {
        TopicArn: `arn:${partition}:sns:${region}:123456789012:t`,
        SigningCertURL: `https://sns.${region}.amazonaws.com${end}/a-1.pem`,
      }
      expect(snsProblem(read(notification(own)), NOW)).toBeNull()
    }
    expect(snsProblem(read(confirmation()), NOW)).toBeNull()
  })

  it.each([
    'http://sns.us-east-1.amazonaws.com/a.pem',
    'https://sns.us-east-1.amazonaws.com:8443/a.pem',
    'https://somebody@sns.us-east-1.amazonaws.com/a.pem',
    'https://sns.us-east-1.amazonaws.com.example.org/a.pem',
    'https://example.org/sns.us-east-1.amazonaws.com/a.pem',
    'https://xsns.us-east-1.amazonaws.com/a.pem',
    'https://sns.s3.amazonaws.com/a.pem',
    'https://sns.s3-us-west-2.amazonaws.com/a.pem',
    'https://sns.us-east-1.amazonaws.com/a.txt',
    'https://sns.us-east-1.amazonaws.com/bucket/a.pem',
    // Another region than that of the topic.
    'https://sns.eu-west-1.amazonaws.com/a.pem',
    'nonsense',
  ])('has no certificate at %s', (SigningCertURL) => {
    expect(snsProblem(read(notification({ SigningCertURL })), NOW)).toMatch(/^"SigningCertURL"/)
  })

  it('has none in a bucket of somebody, whatever region its topic claims', () => {
    const own = { TopicArn: 'arn:aws:sns:s3-us-west-2:123456789012:t', SigningCertURL: 'https://sns.s3-us-west-2.amazonaws.com/a.pem' }
    expect(snsProblem(read(notification(own)), NOW)).toMatch(/^"SigningCertURL"/)
  })

  it.each([
    [{ SubscribeURL: 'https://example.org/?Action=ConfirmSubscription' }, /^"SubscribeURL"/],
    [{ SubscribeURL: 'https://sns.us-east-1.amazonaws.com/elsewhere' }, /^"SubscribeURL"/],
    [{ TopicArn: 'arn:aws:sqs:us-east-1:123456789012:q' }, /^"TopicArn"/],
    [{ Timestamp: '2026-11-28T03:59:00Z' }, /^"Timestamp"/],
    [{ Timestamp: '2026-11-29T05:00:00Z' }, /^"Timestamp"/],
  ])('with %j is none to go by', (own, words) => {
    expect(snsProblem(read(confirmation(own)), NOW)).toMatch(words)
  })
})
