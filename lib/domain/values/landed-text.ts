/** json-lines: a value on each line. json: a list of values, or values that follow each other. csv: lines under a header. */
export const LANDED_FORMS = ['json-lines', 'json', 'csv'] as const
export type LandedForm = (typeof LANDED_FORMS)[number]

/** How the text of a landed file may stand in it; the last three names mean Windows-1252, as on the web. */
export const LANDED_ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be', 'windows-1252', 'latin1', 'iso-8859-1'] as const
export type LandedEncoding = (typeof LANDED_ENCODINGS)[number]
/** Of two or four bytes a unit. */
export type WideEncoding = Extract<LandedEncoding, `utf-${16 | 32}${string}`>

export function isWide(encoding: LandedEncoding): encoding is WideEncoding {
  return encoding.startsWith('utf-16') || encoding.startsWith('utf-32')
}
