import type { LandedForm } from '#lib/domain/values/landed-text.ts'
import { isMarkup } from '#lib/records/read/disguise.ts'
import { unusable } from '#lib/records/read/text-problems.ts'

const PACKED = /\.(gz|gzip|zip)$/i
const EXTENSION = /\.([a-z]+)$/i
const FORMS: Readonly<Record<string, LandedForm>> = {
  jsonl: 'json-lines',
  ndjson: 'json-lines',
  jsonlines: 'json-lines',
  csv: 'csv',
  tsv: 'csv',
}

function extensionOf(name: string): string {
  return EXTENSION.exec(name.replace(PACKED, ''))?.[1]?.toLowerCase() ?? ''
}

/** What a file's name says of its form; null: nothing, or not enough (`.json` may be a list or lines). */
export function formOfName(name: string): LandedForm | null {
  return FORMS[extensionOf(name)] ?? null
}

/** What stands between the values of a CSV of this name. */
export function delimiterOfName(name: string): string {
  return extensionOf(name) === 'tsv' ? '\t' : ','
}

/** The form of a text by how it begins. Throws when it is a web page. */
export function formOfStart(what: string, start: string): LandedForm {
  const text = start.trimStart()
  if (isMarkup(text)) throw unusable(what, 'it is a web page or XML')
  if (text.startsWith('[')) return 'json'
  if (!text.startsWith('{')) return text === '' ? 'json-lines' : 'csv'
  // An object that goes on on the next line is not alone on its own.
  const [line = ''] = text.split('\n', 1)
  return isJson(line) ? 'json-lines' : 'json'
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
