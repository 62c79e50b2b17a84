import { type Bucket, md5, type ObjectVersion } from './buckets.ts'

let sequence = 0x55aed6dc

/** What S3 tells of an object that was written: its key encoded, a blank as a plus. */
export function createdEvent(bucket: Bucket, key: string, version: ObjectVersion): object {
  sequence += 1
  const object = {
    key: encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/'),
    size: version.content.length,
    eTag: md5(version.content),
    ...(bucket.keepsVersions && { versionId: version.id }),
    sequencer: sequence.toString(16).toUpperCase().padStart(18, '0'),
  }
  const of = { name: bucket.name, arn: `arn:aws:s3:::${bucket.name}` }
  const record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: bucket.region,
    eventTime: new Date(version.modifiedAt).toISOString(),
    eventName: 'ObjectCreated:Put',
    s3: { s3SchemaVersion: '1.0', configurationId: 'landing', bucket: of, object },
  }
  return { Records: [record] }
}
