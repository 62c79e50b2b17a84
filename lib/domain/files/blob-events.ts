import { z } from 'zod'
import { bytesTold, type FileEvent, markTold, plainKey, timeTold, versionOf } from './told-file.ts'

type Place = Pick<FileEvent, 'bucket' | 'key'>

const NO_PLACE = 'names no blob: neither "subject" nor "data.url" says which container and which blob'

const data = z.looseObject(
  {
    api: z.string('is not a text').nullish(),
    url: z.string('is not a text').nullish(),
    sourceUrl: z.string('is not a text').nullish(),
    destinationUrl: z.string('is not a text').nullish(),
    eTag: markTold,
    contentLength: bytesTold,
    sequencer: markTold,
  },
  'is missing',
)

/** An event of a blob, in the form of Event Grid or of CloudEvents, which call the same things by other names. */
const blobEvent = z.looseObject({ kind: z.string(), subject: z.string('is not a text').nullish(), time: timeTold, data })

/** The calls that begin a file and write nothing yet: the one that closes it is told as well. */
const BEGUN = ['CreateFile', 'SftpCreate']

/** What an event of Azure's storage tells of files, of any other kind nothing; an event of another system is none of Azure's. */
export function readBlobEvent(event: { kind: unknown; subject: unknown; time: unknown; data: unknown }) {
  return blobEvent
    .transform(({ kind, subject, time, data: told }, { addIssue }): FileEvent[] => {
      const facts = { version: null, bytes: null, at: time, sequencer: told.sequencer }
      const place = (found: Place | null, change: FileEvent['change'], more: Partial<FileEvent> = {}): FileEvent[] => {
        const checked = placeSchema.safeParse(found)
        if (checked.success) return [{ ...checked.data, ...facts, ...more, change }]
        const message = found === null ? NO_PLACE : (checked.error.issues[0]?.message ?? NO_PLACE)
        addIssue({ code: 'custom', path: found === null ? [] : ['subject'], message, input: event })
        return []
      }
      const own = () => placeInSubject(subject) ?? placeInUrl(told.url)
      switch (kind) {
        case 'Microsoft.Storage.BlobCreated':
          if (BEGUN.includes(told.api ?? '')) return []
          return place(own(), 'written', { version: versionOf(null, told.eTag), bytes: told.contentLength })
        case 'Microsoft.Storage.BlobDeleted':
          return place(own(), 'removed')
        case 'Microsoft.Storage.BlobRenamed':
          return [...place(placeInUrl(told.sourceUrl), 'removed'), ...place(placeInUrl(told.destinationUrl), 'written')]
        default:
          return []
      }
    })
    .safeParse(event)
}

const placeSchema = z.object({ bucket: plainKey, key: plainKey })

const SUBJECT = /^\/blobServices\/[^/]+\/containers\/([^/]+)\/blobs\/(.+)$/s

/** The subject has the name as it is, but for characters that Event Grid itself could not write. */
function placeInSubject(subject: string | null | undefined): Place | null {
  const [, bucket, key] = SUBJECT.exec(subject ?? '') ?? []
  return bucket === undefined || key === undefined || key.includes('\uFFFD') ? null : { bucket, key }
}

function placeInUrl(url: string | null | undefined): Place | null {
  if (url === null || url === undefined || !URL.canParse(url)) return null
  const [, bucket = '', ...rest] = new URL(url).pathname.split('/')
  try {
    const key = rest.map(decodeURIComponent).join('/')
    return bucket === '' || key === '' ? null : { bucket: decodeURIComponent(bucket), key }
  } catch {
    return null
  }
}
