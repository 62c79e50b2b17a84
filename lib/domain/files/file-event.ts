import type { z } from 'zod'
import { problemsInWords } from '#lib/domain/push/event-schema.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { readBlobEvent } from './blob-events.ts'
import { bridgedEvent, s3Record } from './s3-events.ts'
import { type FileEvent, isFolderMark } from './told-file.ts'

export type { FileEvent } from './told-file.ts'

/** What was sent tells of no file, or not in a way that can be read; says why in words for its sender, and what of it can be. */
export class FileEventError extends TidemarkError {
  readonly readable: readonly FileEvent[]

  constructor(publicMessage: string, readable: readonly FileEvent[] = []) {
    super('invalid', { publicMessage })
    this.readable = readable.filter((event) => !isFolderMark(event))
  }
}

/** An event in SNS in SQS, or in EventBridge in SNS in SQS: nobody sends more. */
const ENVELOPES_MAX = 5

/**
 * All events in one body, whichever system sent it: records of S3, also inside the envelopes of SNS and EventBridge, events of Event Grid, CloudEvents. A test
 * event has none, and marks of folders are left out. Throws FileEventError with all that is wrong.
 */
export function readFileEvents(body: unknown): FileEvent[] {
  return readBody(body, ENVELOPES_MAX).filter((event) => !isFolderMark(event))
}

type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'>
type Refused = { success: false; error: { issues: readonly Issue[] }; readable?: readonly FileEvent[] }
type Read = { success: true; data: FileEvent[] } | Refused
type Members = Readonly<Record<string, unknown>>

function readBody(body: unknown, envelopes: number): FileEvent[] {
  if (envelopes === 0) throw new FileEventError(`This is packed into more than ${ENVELOPES_MAX} envelopes.`)
  if (typeof body === 'string') return readBody(parsed(body), envelopes - 1)
  if (Array.isArray(body)) return readEach(body, (one) => readOne(membersOf(one), envelopes))
  const members = membersOf(body)
  if (members['Event'] === 's3:TestEvent') return []
  if (Array.isArray(members['Records'])) return readEach(members['Records'], (record) => s3Record.safeParse(record))
  const read = readOne(members, envelopes)
  if (!read.success) throw new FileEventError(problemsInWords(read.error.issues, String))
  return read.data
}

/** One event that stands alone or in a list. */
function readOne(event: Members, envelopes: number): Read {
  if (event['Type'] !== undefined && typeof event['Message'] === 'string') return readNotification(event, envelopes)
  if (event['detail-type'] !== undefined) return bridgedEvent.safeParse(event)
  if (event['specversion'] !== undefined) return readCloudEvent(event, envelopes)
  if (event['eventType'] !== undefined) return readGridEvent({ ...event, kind: event['eventType'], time: event['eventTime'] })
  return refused('tells of no file: it is no record of S3 and no event of SNS, EventBridge, Event Grid or CloudEvents')
}

function readNotification({ Type, Message }: Members, envelopes: number): Read {
  if (Type === 'Notification') return { success: true, data: readBody(Message, envelopes - 1) }
  return refused('is no notification: SNS asks here to confirm a subscription, by opening its SubscribeURL')
}

function readGridEvent({ kind, subject, time, data }: Members): Read {
  if (typeof kind === 'string' && kind.startsWith('Microsoft.EventGrid.')) return { success: true, data: [] }
  if (typeof kind !== 'string' || !kind.startsWith('Microsoft.Storage.'))
    return refused('tells of no file: it is no event of Azure Storage')
  return readBlobEvent({ kind, subject, time, data })
}

/** The content of a CloudEvent is what its system tells otherwise, too. */
function readCloudEvent(event: Members, envelopes: number): Read {
  const { type, data, data_base64: packed } = event
  if (typeof type === 'string' && type.startsWith('Microsoft.')) return readGridEvent({ ...event, kind: type })
  const content = data ?? (typeof packed === 'string' ? unpacked(packed) : undefined)
  if (content === undefined) return refused('tells of no file: it has no data')
  if (membersOf(content)['s3'] !== undefined) return s3Record.safeParse(content)
  return { success: true, data: readBody(content, envelopes - 1) }
}

function readEach(list: readonly unknown[], read: (one: unknown) => Read): FileEvent[] {
  const all = list.map((one) => readOrRefuse(() => read(one)))
  const issues = all.flatMap((one, index) =>
    one.success ? [] : one.error.issues.map(({ path, message }) => ({ path: [index, ...path], message })),
  )
  const readable = all.flatMap((one) => (one.success ? one.data : (one.readable ?? [])))
  if (issues.length > 0)
    throw new FileEventError(
      problemsInWords(issues, (index) => `Event ${Number(index) + 1}`),
      readable,
    )
  return readable
}

/** An event of a list may be a list in an envelope: what is wrong in it hides none of the others. */
function readOrRefuse(read: () => Read): Read {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof FileEventError)) throw error
    return { ...refused(`cannot be read: ${error.publicMessage.replace(/\.$/, '')}`), readable: error.readable }
  }
}

function refused(message: string): Refused {
  return { success: false, error: { issues: [{ path: [], message }] } }
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** A text that holds an event: JSON, or JSON in base64, as Event Grid puts it into a Storage Queue. */
function parsed(text: string): unknown {
  const value = jsonOf(text) ?? unpacked(text)
  if (value === undefined || value === null) throw new FileEventError('This is not JSON.')
  return value
}

function unpacked(base64: string): unknown {
  const text = base64.trim()
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return undefined
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  return jsonOf(new TextDecoder().decode(bytes))
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
