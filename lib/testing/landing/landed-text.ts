import { expect } from 'vitest'
import { type LandedFormat, LandedReading, type LandedRecord } from '#lib/records/landed/landed-reading.ts'

export const LIMITS: LandedFormat = { recordBytesMax: 16_000_000 }

export async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

export interface Landed {
  rows: [line: number, document: unknown][]
  aside: [line: number, reason: string][]
  encoding: string
  changedBytes: number
  bytes: number
}

async function readBy(size: number, bytes: Buffer, name: string, format: Partial<LandedFormat>): Promise<Landed> {
  const reading = new LandedReading({ what: 'The file', name, bytes: inPieces(bytes, size) }, { ...LIMITS, ...format })
  const records: LandedRecord[] = (await Array.fromAsync(reading.records())).flat()
  return {
    rows: records
      .flatMap((record) => ('document' in record ? [[record.line, JSON.parse(record.document)] as const] : []))
      .map(([line, it]) => [line, it]),
    aside: records.flatMap((record) => ('reason' in record ? [[record.line, record.reason] as [number, string]] : [])),
    encoding: reading.encoding,
    changedBytes: reading.changedBytes,
    bytes: reading.bytes,
  }
}

/** Reads a file once as a whole and once in the smallest pieces, which must make no difference. */
export async function readLanded(bytes: Buffer | string, format: Partial<LandedFormat> = {}, name = 'file'): Promise<Landed> {
  const whole = await readBy(65_536, Buffer.from(bytes), name, format)
  // One by one what is long costs the time of its square: the beginning is looked at as a whole.
  expect(await readBy(bytes.length > 5000 ? 997 : 1, Buffer.from(bytes), name, format)).toEqual(whole)
  return whole
}

/** Why a file is not read: the code of the error and its words. */
export async function problemOf(bytes: Buffer | string, format: Partial<LandedFormat> = {}, name = 'file'): Promise<string> {
  return readBy(65_536, Buffer.from(bytes), name, format).then(
    ({ rows }) => `read ${rows.length}`,
    (error: { code: string; publicMessage: string }) => `${error.code}: ${error.publicMessage}`,
  )
}
