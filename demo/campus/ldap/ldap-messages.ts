import {
  AndFilter,
  Attribute,
  BerReader,
  BerWriter,
  BindRequest,
  ControlParser,
  type Filter,
  FilterParser,
  NotFilter,
  OrFilter,
  PagedResultsControl,
  PresenceFilter,
} from 'ldapts'
import type { Entry } from './filter.ts'

export const RESULT = {
  success: 0,
  operationsError: 1,
  sizeLimitExceeded: 4,
  referral: 10,
  criticalExtension: 12,
  noSuchObject: 32,
  invalidCredentials: 49,
  insufficientAccess: 50,
  unwilling: 53,
} as const

export type LdapRequest =
  | { id: number; kind: 'bind'; name: string; password: string }
  | { id: number; kind: 'search'; base: string; scope: number; sizeLimit: number; filter: Filter; attributes: string[]; page: Page | null }
  | { id: number; kind: 'unbind' | 'abandon' | 'other' }

export interface Page {
  size: number
  cookie: string
}

/** Reads one whole message; `bytes` is its length, null: more have to come. */
export function readMessage(buffer: Buffer): { request: LdapRequest; bytes: number } | null {
  const start = new BerReader(buffer)
  if (start.readSequence() === null || start.length > start.remain) return null
  const bytes = start.offset + start.length
  const reader = new BerReader(buffer.subarray(0, bytes))
  reader.readSequence()
  const id = number(reader.readInt())
  return { request: readOperation(reader, id), bytes }
}

function readOperation(reader: BerReader, id: number): LdapRequest {
  const tag = number(reader.readSequence())
  if (tag === 0x42) return { id, kind: 'unbind' }
  if (tag === 0x50) return { id, kind: 'abandon' }
  if (tag === 0x63) return readSearch(reader, id)
  if (tag !== 0x60) return { id, kind: 'other' }
  const bind = new BindRequest({ messageId: id })
  bind.parseMessage(reader)
  return { id, kind: 'bind', name: bind.dn, password: bind.password }
}

function readSearch(reader: BerReader, id: number): LdapRequest {
  const base = text(reader.readString())
  const scope = number(reader.readEnumeration())
  reader.readEnumeration()
  const sizeLimit = number(reader.readInt())
  reader.readInt()
  reader.readBoolean()
  const filter = readFilter(reader)
  reader.readSequence()
  const attributes = readAll(reader, () => text(reader.readString()))
  return { id, kind: 'search', base, scope, sizeLimit, filter, attributes, page: readPage(reader) }
}

/** ldapts' own parser reads the name in a presence filter from the wrong place. */
function readFilter(reader: BerReader): Filter {
  const tag = number(reader.peek())
  if (tag === 0x87) return new PresenceFilter({ attribute: text(reader.readString(tag)) })
  if (tag !== 0xa0 && tag !== 0xa1 && tag !== 0xa2) return FilterParser.parse(reader)
  reader.readSequence(tag)
  if (tag === 0xa2) return new NotFilter({ filter: readFilter(reader) })
  const filters = readAll(reader, () => readFilter(reader))
  return tag === 0xa0 ? new AndFilter({ filters }) : new OrFilter({ filters })
}

function readPage(reader: BerReader): Page | null {
  if (reader.remain === 0 || reader.readSequence(0xa0) === null) return null
  const paged = readAll(reader, () => ControlParser.parse(reader, [])).find((control) => control instanceof PagedResultsControl)
  return paged?.value === undefined ? null : { size: paged.value.size, cookie: String(paged.value.cookie ?? '') }
}

function readAll<T>(reader: BerReader, read: () => T): T[] {
  const end = reader.offset + reader.length
  const all: T[] = []
  while (reader.offset < end) all.push(read())
  return all
}

function number(value: number | null): number {
  if (value === null) throw new Error('the message ends early')
  return value
}

function text(value: string | null): string {
  if (value === null) throw new Error('the message ends early')
  return value
}

export function entryMessage(id: number, entry: Entry): Buffer {
  return message(id, 0x64, (writer) => {
    writer.writeString(entry.dn)
    writer.startSequence()
    for (const [type, values] of Object.entries(entry.attributes)) new Attribute({ type, values }).write(writer)
    writer.endSequence()
  })
}

/** How an operation ended; `cookie` for a paged search, empty on its last page. */
export function resultMessage(id: number, tag: number, code: number, words = '', cookie?: string): Buffer {
  const paged = cookie === undefined ? undefined : new PagedResultsControl({ value: { size: 0, cookie: Buffer.from(cookie) } })
  return message(
    id,
    tag,
    (writer) => {
      writer.writeEnumeration(code)
      writer.writeString('')
      writer.writeString(words)
    },
    paged,
  )
}

function message(id: number, tag: number, write: (writer: BerWriter) => void, control?: PagedResultsControl): Buffer {
  const writer = new BerWriter()
  writer.startSequence()
  writer.writeInt(id)
  writer.startSequence(tag)
  write(writer)
  writer.endSequence()
  if (control !== undefined) {
    writer.startSequence(0xa0)
    control.write(writer)
    writer.endSequence()
  }
  writer.endSequence()
  return writer.buffer
}
