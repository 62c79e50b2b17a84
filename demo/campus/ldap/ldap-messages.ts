import asn1, { type BerReader, type BerWriter } from 'asn1'
import type { Entry } from './entry.ts'
import type { Filter } from './filter.ts'

/** The result codes this server knows (RFC 4511). */
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

const PAGED_RESULTS = '1.2.840.113556.1.4.319'

export type LdapRequest =
  | { id: number; kind: 'bind'; name: string; password: string }
  | { id: number; kind: 'search'; base: string; scope: number; sizeLimit: number; filter: Filter; attributes: string[]; page: Page | null }
  | { id: number; kind: 'unbind' | 'abandon' }
  | { id: number; kind: 'other' }

export interface Page {
  size: number
  cookie: string
}

/** Reads one whole message; `bytes` is how many it took, null while more have to come. */
export function readMessage(buffer: Buffer): { request: LdapRequest; bytes: number } | null {
  const reader = new asn1.BerReader(buffer)
  if (reader.readSequence() === null || reader.length > reader.remain) return null
  const bytes = reader.offset + reader.length
  const message = new asn1.BerReader(buffer.subarray(0, bytes))
  message.readSequence()
  const id = number(message.readInt())
  return { request: readOperation(message, id), bytes }
}

function readOperation(reader: BerReader, id: number): LdapRequest {
  const tag = number(reader.peek())
  if (tag === 0x42) return { id, kind: 'unbind' }
  if (tag === 0x50) return { id, kind: 'abandon' }
  if (tag === 0x60) return readBind(reader, id)
  if (tag === 0x63) return readSearch(reader, id)
  return { id, kind: 'other' }
}

function readBind(reader: BerReader, id: number): LdapRequest {
  reader.readSequence(0x60)
  reader.readInt()
  const name = text(reader.readString())
  return { id, kind: 'bind', name, password: text(reader.readString(0x80)) }
}

function readSearch(reader: BerReader, id: number): LdapRequest {
  reader.readSequence(0x63)
  const base = text(reader.readString())
  const scope = number(reader.readEnumeration())
  reader.readEnumeration()
  const sizeLimit = number(reader.readInt())
  reader.readInt()
  reader.readBoolean()
  const filter = readFilter(reader)
  reader.readSequence()
  const end = reader.offset + reader.length
  const attributes: string[] = []
  while (reader.offset < end) attributes.push(text(reader.readString()))
  return { id, kind: 'search', base, scope, sizeLimit, filter, attributes, page: readPage(reader) }
}

const COMPARISONS: Record<number, 'equal' | 'at-least' | 'at-most'> = { 163: 'equal', 165: 'at-least', 166: 'at-most' }

function readFilter(reader: BerReader): Filter {
  const tag = number(reader.peek())
  if (tag === 0x87) return { kind: 'present', attribute: text(reader.readString(0x87)) }
  reader.readSequence(tag)
  const end = reader.offset + reader.length
  const comparison = COMPARISONS[tag]
  if (comparison !== undefined) return { kind: comparison, attribute: text(reader.readString()), value: text(reader.readString()) }
  if (tag === 0xa2) return { kind: 'not', of: readFilter(reader) }
  if (tag === 0xa4) return readSubstring(reader)
  if (tag !== 0xa0 && tag !== 0xa1) throw new Error(`a filter with the tag ${tag} is not understood`)
  const of: Filter[] = []
  while (reader.offset < end) of.push(readFilter(reader))
  return { kind: tag === 0xa0 ? 'and' : 'or', of }
}

function readSubstring(reader: BerReader): Filter {
  const attribute = text(reader.readString())
  reader.readSequence()
  const last = reader.offset + reader.length
  let start = ''
  let end = ''
  const middle: string[] = []
  while (reader.offset < last) {
    const tag = number(reader.peek())
    const part = text(reader.readString(tag))
    if (tag === 0x80) start = part
    else if (tag === 0x82) end = part
    else middle.push(part)
  }
  return { kind: 'substring', attribute, start, middle, end }
}

function readPage(reader: BerReader): Page | null {
  if (reader.remain === 0 || reader.readSequence(0xa0) === null) return null
  const end = reader.offset + reader.length
  while (reader.offset < end) {
    reader.readSequence()
    const controlEnd = reader.offset + reader.length
    const type = text(reader.readString())
    if (reader.offset < controlEnd && reader.peek() === asn1.Ber.Boolean) reader.readBoolean()
    const value = reader.offset < controlEnd ? reader.readString(asn1.Ber.OctetString, true) : null
    if (type === PAGED_RESULTS && value !== null) return readPageValue(value)
  }
  return null
}

function readPageValue(value: Buffer): Page {
  const reader = new asn1.BerReader(value)
  reader.readSequence()
  return { size: number(reader.readInt()), cookie: text(reader.readString()) }
}

function number(value: number | null): number {
  if (value === null) throw new Error('the message ends early')
  return value
}

function text(value: string | null): string {
  if (value === null) throw new Error('the message ends early')
  return value
}

/** One entry that was found, with the attributes that were asked for. */
export function entryMessage(id: number, entry: Entry): Buffer {
  const writer = begin(id)
  writer.startSequence(0x64)
  writer.writeString(entry.dn)
  writer.startSequence()
  for (const [name, values] of Object.entries(entry.attributes)) {
    writer.startSequence()
    writer.writeString(name)
    writer.startSequence(0x31)
    for (const value of values) writer.writeString(value)
    writer.endSequence()
    writer.endSequence()
  }
  writer.endSequence()
  writer.endSequence()
  return finish(writer)
}

/** How an operation ended; `cookie` answers a paged search, empty on its last page. */
export function resultMessage(id: number, tag: number, code: number, words = '', cookie?: string): Buffer {
  const writer = begin(id)
  writer.startSequence(tag)
  writer.writeEnumeration(code)
  writer.writeString('')
  writer.writeString(words)
  writer.endSequence()
  if (cookie !== undefined) writePage(writer, cookie)
  return finish(writer)
}

function writePage(writer: BerWriter, cookie: string): void {
  const value = new asn1.BerWriter()
  value.startSequence()
  value.writeInt(0)
  value.writeString(cookie)
  value.endSequence()
  writer.startSequence(0xa0)
  writer.startSequence()
  writer.writeString(PAGED_RESULTS)
  writer.writeBuffer(value.buffer, asn1.Ber.OctetString)
  writer.endSequence()
  writer.endSequence()
}

function begin(id: number): BerWriter {
  const writer = new asn1.BerWriter()
  writer.startSequence()
  writer.writeInt(id)
  return writer
}

function finish(writer: BerWriter): Buffer {
  writer.endSequence()
  return writer.buffer
}
