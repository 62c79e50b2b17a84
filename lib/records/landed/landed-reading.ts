import { isWide, type LandedEncoding, type LandedForm } from '#lib/domain/values/landed-text.ts'
import { characterSet } from '#lib/domain/values/text-encoding.ts'
import { csvRows } from '#lib/records/read/csv.ts'
import { isMarkup, MARK_BYTES, otherThanText, wideText } from '#lib/records/read/disguise.ts'
import { sniffBytes, sniffStart } from '#lib/records/read/sniff.ts'
import { cutOff, unusable } from '#lib/records/read/text-problems.ts'
import { unpacked } from '#lib/records/read/unpack.ts'
import { delimiterOfName, formOfName, formOfStart } from './file-form.ts'
import { splitJson } from './split-json.ts'
import { lineBlocks, tooLong } from './split-lines.ts'
import { NO_JSON, type SeeValue, type StorableDocument, storableDocument, storableValue } from './storable-document.ts'
import { type DecoderMode, LineDecoder, UndecodedInCsv, undecoded } from './text-decoder.ts'
import { textMark } from './text-mark.ts'
import { wideToUtf8 } from './wide-text.ts'

/** A landed file, not read yet. */
export interface LandedFile {
  /** Completes "… cannot be used": `The file incoming/prices.jsonl (shop-bucket)`. */
  what: string
  /** Tells its form where nobody says it. */
  name: string
  bytes: AsyncIterable<Uint8Array>
}

export interface LandedFormat {
  as?: LandedForm | undefined
  encoding?: LandedEncoding | undefined
  /** Of CSV. */
  delimiter?: string | undefined
  /** What a packed file may hold; absent: no more than anything real does. */
  unpackedBytesMax?: number | undefined
  recordBytesMax: number
}

/** A record and where it stands: its line, in a JSON list its place; or why it cannot be used, completing "the row …". */
export type LandedRecord = { line: number } & StorableDocument

/** Told of each record that can be used, as it is read; `isText`: all its values are texts, an empty one is none. */
export type SeeRecord = (record: unknown, isText: boolean) => void

/** More than anything real unpacks to. */
const UNPACKED_BYTES_MAX = 10_000_000_000
const LOOK_CHARACTERS = 65_536
const BATCH_ROWS = 1000

/** Reads one file, whatever it is packed in and however its text stands in it, at the memory of its largest record. */
export class LandedReading {
  /** Unpacked. */
  bytes = 0
  encoding: LandedEncoding = 'utf-8'
  readonly #file: LandedFile
  readonly #format: LandedFormat
  readonly #see: SeeRecord
  #decoder = new LineDecoder('strict')

  constructor(file: LandedFile, format: LandedFormat, see: SeeRecord = () => {}) {
    this.#file = file
    this.#format = format
    this.#see = see
  }

  /** Bytes that are no UTF-8, and were read as Windows-1252 although nobody said that they are. */
  get changedBytes(): number {
    return this.#decoder.changedBytes
  }

  /** All records in order, several at a time. Throws when the file is not what it should be, or was cut off; those that came before have been handed out. */
  async *records(): AsyncGenerator<LandedRecord[]> {
    const { what, name } = this.#file
    const { start, chunks } = await sniffStart(this.#inKnownEncoding(), LOOK_CHARACTERS)
    try {
      if (isMarkup(start)) throw unusable(what, 'it is a web page or XML')
      const form = this.#format.as ?? formOfName(name) ?? formOfStart(what, start)
      if (form === 'csv') yield* this.#csv(chunks)
      else if (form === 'json') yield* this.#json(chunks)
      else yield* this.#jsonLines(chunks)
    } finally {
      await chunks.return()
    }
    if (this.changedBytes > 0) this.encoding = 'windows-1252'
  }

  /** Unpacked, without a mark of byte order, and of one byte a unit. */
  async *#inKnownEncoding(): AsyncGenerator<Uint8Array> {
    const { what, bytes } = this.#file
    const bytesMax = this.#format.unpackedBytesMax
    const remedy = 'write "unpacked" under "limits" if that is right'
    const limits = { bytesMax: bytesMax ?? UNPACKED_BYTES_MAX, isSaid: bytesMax !== undefined, remedy }
    const { head, chunks } = await sniffBytes(unpacked(what, bytes, limits), MARK_BYTES)
    const mark = textMark(head)
    const said = this.#format.encoding
    const problem = otherThanText(head) ?? (mark === null && said === undefined ? unmarkedText(head) : undefined)
    if (problem !== undefined) {
      await chunks.return()
      throw unusable(what, `it is ${problem}`)
    }
    // The mark says more surely than any setting what a text is.
    this.encoding = mark?.encoding ?? said ?? 'utf-8'
    this.#decoder = new LineDecoder(modeOf(this.encoding, mark !== null || said !== undefined))
    const text = this.#counted(chunks, mark?.bytes ?? 0)
    yield* isWide(this.encoding) ? wideToUtf8(what, text, this.encoding) : text
  }

  async *#counted(chunks: AsyncIterable<Uint8Array>, markBytes: number): AsyncGenerator<Uint8Array> {
    let toSkip = markBytes
    for await (const chunk of chunks) {
      this.bytes += chunk.length
      const skipped = Math.min(toSkip, chunk.length)
      toSkip -= skipped
      yield skipped === 0 ? chunk : chunk.subarray(skipped)
    }
  }

  async *#jsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<LandedRecord[]> {
    const { what } = this.#file
    const lineBytesMax = this.#format.recordBytesMax
    const see: SeeValue = (value) => this.#see(value, false)
    let line = 0
    for await (const { bytes, isLast } of lineBlocks(what, chunks, { lineBytesMax, isReturnEnd: false })) {
      const texts = this.#decoder.decode(bytes).split('\n')
      if (!isLast) texts.pop()
      if (texts.some((text) => isLonger(text, lineBytesMax))) throw tooLong(what, 'a line', lineBytesMax)
      const before = line
      line += texts.length
      const records = texts.flatMap((text, index) => toRecord(before + index + 1, text, see) ?? [])
      // The last line lacks its end: then the text does too.
      if (isLast && records.some((record) => 'reason' in record) && !isJsonText(texts.at(-1) ?? '')) throw cutOff(what)
      if (records.length > 0) yield records
    }
  }

  async *#json(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<LandedRecord[]> {
    const see: SeeValue = (value) => this.#see(value, false)
    let place = 0
    for await (const values of splitJson(this.#file.what, chunks, this.#format.recordBytesMax)) {
      yield values.flatMap((value) => {
        place += 1
        return toRecord(place, this.#decoder.decode(value), see) ?? []
      })
    }
  }

  async *#csv(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<LandedRecord[]> {
    const { what, name } = this.#file
    const { delimiter: said, recordBytesMax } = this.#format
    const shape = { delimiter: said ?? delimiterOfName(name), isAssumed: said === undefined }
    const marks = new UndecodedInCsv()
    const unreadable = (value: string) => marks.find(value)
    const tooLarge = tooLong(what, 'a row', recordBytesMax)
    const source = { what, text: this.#texts(chunks, marks), recordCharactersMax: recordBytesMax, tooLarge, unreadable }
    const see: SeeValue = (value) => this.#see(value, true)
    let records: LandedRecord[] = []
    for await (const { line, row } of csvRows(source, shape)) {
      records.push({ line, ...(typeof row === 'string' ? { reason: row } : storableValue(row, see)) })
      if (records.length < BATCH_ROWS) continue
      yield records
      records = []
    }
    if (records.length > 0) yield records
  }

  async *#texts(chunks: AsyncIterable<Uint8Array>, marks: UndecodedInCsv): AsyncGenerator<string> {
    const limits = { lineBytesMax: this.#format.recordBytesMax, isReturnEnd: true }
    for await (const { bytes } of lineBlocks(this.#file.what, chunks, limits)) yield marks.hide(this.#decoder.decode(bytes))
  }
}

/** A line that was not said to be anything may be Windows-1252 where it is not UTF-8. */
function modeOf(encoding: LandedEncoding, isSaid: boolean): DecoderMode {
  if (!isSaid) return 'fallback'
  return !isWide(encoding) && characterSet(encoding) === 'windows-1252' ? 'western' : 'strict'
}

function unmarkedText(head: Buffer): string | undefined {
  const wide = wideText(head)
  const name = wide?.toLowerCase()
  return wide && `${wide} without a mark of byte order; write "encoding: ${name}le" or "${name}be"`
}

function isLonger(text: string, bytesMax: number): boolean {
  return text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax
}

function isJsonText(text: string): boolean {
  const document = storableDocument(text)
  return !('reason' in document) || document.reason !== NO_JSON
}

/** null: there is nothing on this line. */
function toRecord(line: number, decoded: string, see: SeeValue): LandedRecord | null {
  // Files that were put together have a mark in the middle.
  const text = decoded.charCodeAt(0) === 0xfeff ? decoded.slice(1) : decoded
  if (text.trim() === '') return null
  const reason = undecoded(text)
  return { line, ...(reason === undefined ? storableDocument(text, see) : { reason }) }
}
