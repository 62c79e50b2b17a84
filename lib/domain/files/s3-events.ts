import { z } from 'zod'
import { bytesTold, type FileEvent, markTold, name, plainKey, timeTold, versionOf } from './told-file.ts'

const NOT_ENCODED = 'is not URL-encoded, as S3 writes the keys of its records'

/** S3 writes a blank as "+" and all else as in an address. */
const encodedKey = z
  .string('is missing or not a text')
  .transform((text, { addIssue }) => {
    try {
      return decodeURIComponent(text.replaceAll('+', ' '))
    } catch {
      addIssue({ code: 'custom', message: NOT_ENCODED, input: text })
      return z.NEVER
    }
  })
  .pipe(plainKey)

/** One record of a notification of S3. */
export const s3Record = z
  .looseObject(
    {
      eventName: name,
      eventTime: timeTold,
      s3: z.looseObject(
        {
          bucket: z.looseObject({ name }, 'is missing'),
          object: z.looseObject(
            { key: encodedKey, size: bytesTold, eTag: markTold, versionId: markTold, sequencer: markTold },
            'is missing',
          ),
        },
        'is missing: this is no record of S3',
      ),
    },
    'is not an object',
  )
  .transform(({ eventName, eventTime, s3: { bucket, object } }): FileEvent[] => {
    const change = changeOf(eventName)
    if (change === null) return []
    const version = versionOf(object.versionId, object.eTag)
    return [{ bucket: bucket.name, key: object.key, version, bytes: object.size, at: eventTime, sequencer: object.sequencer, change }]
  })

/** What else S3 tells, of tags, copies elsewhere and the like, leaves the content as it is. */
function changeOf(eventName: string): FileEvent['change'] | null {
  const kind = eventName.replace(/^s3:/, '')
  if (kind.startsWith('ObjectCreated:')) return 'written'
  return kind.startsWith('ObjectRemoved:') || kind.startsWith('LifecycleExpiration:') ? 'removed' : null
}

const DETAIL_TYPES = new Map<string, FileEvent['change']>([
  ['Object Created', 'written'],
  ['Object Deleted', 'removed'],
])

/** An event of S3 as EventBridge hands it on: its key is not encoded. */
export const bridgedEvent = z
  .looseObject({
    'detail-type': name,
    source: z.literal('aws.s3', 'is not "aws.s3": EventBridge tells of no file here'),
    time: timeTold,
    detail: z.looseObject(
      {
        bucket: z.looseObject({ name }, 'is missing'),
        object: z.looseObject(
          { key: plainKey, size: bytesTold, etag: markTold, 'version-id': markTold, sequencer: markTold },
          'is missing',
        ),
      },
      'is missing',
    ),
  })
  .transform(({ 'detail-type': type, time, detail: { bucket, object } }): FileEvent[] => {
    const change = DETAIL_TYPES.get(type)
    if (change === undefined) return []
    const version = versionOf(object['version-id'], object.etag)
    return [{ bucket: bucket.name, key: object.key, version, bytes: object.size, at: time, sequencer: object.sequencer, change }]
  })
