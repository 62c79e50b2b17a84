// What systems tell of files, as they tell it: `object`, `data` and `more` over what stands there.

/** A record of S3. */
export const record = (object: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'us-east-1',
  eventTime: '2026-01-02T03:04:05.000Z',
  eventName: 'ObjectCreated:Put',
  s3: { bucket: { name: 'landing' }, object: { key: 'a.csv', size: 123, eTag: 'e1', sequencer: '0055AED6DCD90281E5', ...object } },
  ...more,
})
/** A notification of S3. */
export const s3 = (...records: unknown[]) => ({ Records: records })
/** A message of SNS, unsigned. */
export const notification = (message: unknown) => ({
  Type: 'Notification',
  MessageId: 'm',
  TopicArn: 'arn:aws:sns:us-east-1:1:t',
  Message: typeof message === 'string' ? message : JSON.stringify(message),
})
/** An event of EventBridge. */
export const bridged = (object: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  version: '0',
  id: 'x',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  time: '2026-01-02T03:04:05Z',
  detail: { bucket: { name: 'landing' }, object: { key: 'a.csv', size: 123, etag: 'e1', sequencer: '0055', ...object } },
  ...more,
})
/** An event of Event Grid. */
export const grid = (data: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  topic: '/subscriptions/0000',
  subject: '/blobServices/default/containers/landing/blobs/sis/term.csv',
  eventType: 'Microsoft.Storage.BlobCreated',
  id: 'x',
  data: {
    api: 'PutBlob',
    eTag: '0x8D1',
    contentLength: 123,
    url: 'https://acct.blob.core.windows.net/landing/sis/term.csv',
    sequencer: '00EB',
    ...data,
  },
  eventTime: '2026-01-02T03:04:05.1234567Z',
  ...more,
})
/** The same as a CloudEvent. */
export const cloud = (more: Record<string, unknown> = {}) => {
  const { eventType, eventTime, ...event } = grid()
  return { specversion: '1.0', type: eventType, source: '/subscriptions/0000', time: eventTime, ...event, ...more }
}
