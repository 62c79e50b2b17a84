import { z } from 'zod'
import { encodeWindows1252 } from './windows-1252.ts'

/** How text stands in a file; all names but the first mean Windows-1252, as on the web. */
export const textEncodingSchema = z.enum(['utf-8', 'latin1', 'iso-8859-1', 'windows-1252'])
export type TextEncoding = z.output<typeof textEncodingSchema>

/** What a name of an encoding stands for. */
export function characterSet(encoding: TextEncoding): 'utf-8' | 'windows-1252' {
  return encoding === 'utf-8' ? 'utf-8' : 'windows-1252'
}

/** Text as bytes. */
export function encodeText(text: string, encoding: TextEncoding): Uint8Array {
  return characterSet(encoding) === 'utf-8' ? Buffer.from(text) : encodeWindows1252(text)
}
