import { z } from 'zod'

const WRITTEN = /^(\d{1,12}(?:\.\d{1,3})?) ?(B|kB|KB|MB|GB|TB)$/
const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }

/** Bytes of a written size such as `16MB` or `1.5 GB`; null when it is none. A kB is 1,000 bytes. */
export function parseByteSize(text: string): number | null {
  const [, number = '', unit = ''] = WRITTEN.exec(text.trim()) ?? []
  const bytes = Math.round(Number(number) * (UNIT_BYTES[unit] ?? 0))
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : null
}

/** A size as people write it in the catalogue; parsed to bytes. */
export const byteSizeSchema = z
  .string()
  .refine((text) => parseByteSize(text) !== null, 'is not a size; write one such as 16MB or 1.5GB')
  .transform((text) => parseByteSize(text) ?? 0)
