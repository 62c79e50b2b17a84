import { z } from 'zod'

/** A flow without code as its card says it. */
export interface DeclaredFlowWords {
  /** What is read, `parking_api/permits`. */
  from: string
  /** How: `format json, records data`. */
  reading: string[]
  /** `plate ← vehicle.plate (text)`; null when every field is taken as it comes. */
  columns: string[] | null
  to: string
  /** What happens there: `merged by permit_id`, `delivered as csv, checksum sha256`. */
  writing: string[]
}

const name = z.string()
const rest = z.record(z.string(), z.unknown())
const columnSchema = z.union([z.string(), z.looseObject({ from: name, type: z.string().optional() })])
const loadSchema = z.looseObject({ into: name, mode: z.string().optional(), key: z.union([z.string(), z.array(z.string())]).optional() })
const entrySchema = z.looseObject({
  extract: z.looseObject({ from: name }),
  select: z.record(z.string(), columnSchema).optional().catch(undefined),
  load: loadSchema.optional().catch(undefined),
  deliver: z.looseObject({ to: name }).optional().catch(undefined),
})
type Entry = z.infer<typeof entrySchema>

const LENGTH_MAX = 80

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= LENGTH_MAX ? line : `${line.slice(0, LENGTH_MAX - 1)}…`
}

function valueInWords(value: unknown): string {
  if (typeof value === 'string') return short(value)
  if (Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number')) return short(value.join(', '))
  return short(JSON.stringify(value) ?? '')
}

function othersInWords(block: z.infer<typeof rest>, known: readonly string[]): string[] {
  return Object.entries(block).flatMap(([key, value]) => (known.includes(key) ? [] : [`${key} ${valueInWords(value)}`]))
}

function columnInWords([column, written]: [string, z.infer<typeof columnSchema>]): string {
  const { from, type } = typeof written === 'string' ? { from: written, type: undefined } : written
  return `${column === from ? column : `${column} ← ${from}`}${type === undefined ? '' : ` (${type})`}`
}

function loadInWords(load: NonNullable<Entry['load']>): string[] {
  const { mode = 'replace', key } = load
  const keys = key === undefined ? [] : typeof key === 'string' ? [key] : key
  const by = keys.length === 0 ? '' : ` by ${keys.join(' and ')}`
  const words = { replace: 'replaces the table', append: 'appended', merge: 'merged' }[mode] ?? mode
  return [`${words}${by}`, ...othersInWords(load, ['into', 'mode', 'key'])]
}

function deliveryInWords(deliver: NonNullable<Entry['deliver']>): string[] {
  const { format } = deliver
  return [`delivered${typeof format === 'string' ? ` as ${format}` : ''}`, ...othersInWords(deliver, ['to', 'format'])]
}

/** A flow entry of a stored document in words; null when it is no flow without code, or not one we can read. */
export function declaredFlowInWords(written: unknown): DeclaredFlowWords | null {
  const parsed = entrySchema.safeParse(written)
  if (!parsed.success) return null
  const { extract, select, load, deliver } = parsed.data
  return {
    from: extract.from,
    reading: othersInWords(extract, ['from']),
    columns: select === undefined ? null : Object.entries(select).map(columnInWords),
    to: load?.into ?? deliver?.to ?? '',
    writing: load !== undefined ? loadInWords(load) : deliver !== undefined ? deliveryInWords(deliver) : [],
  }
}
