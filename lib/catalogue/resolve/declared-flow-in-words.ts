import { z } from 'zod'
import { declaredFlowParameters, jobFlowParameters, landFlowParameters } from '#lib/catalogue/schema/declared-flow.ts'

/** A flow without code as its card says it. */
export interface DeclaredFlowWords {
  /** What is read, `parking_api/permits`; empty where nobody may know it. */
  from: string
  /** How: `format json, records data`. */
  reading: string[]
  /** `plate ← vehicle.plate (text)`; null when every field is taken as it comes, none when a record is landed whole. */
  columns: string[] | null
  to: string
  /** What happens there: `merged by permit_id`, `delivered as csv, checksum sha256`. */
  writing: string[]
}

const name = z.string()
const rest = z.record(z.string(), z.unknown())
const columnSchema = z.union([z.string(), z.looseObject({ from: name, type: z.string().optional() })])
const keySchema = z.union([z.string(), z.array(z.string())])
const loadSchema = z.looseObject({ into: name, mode: z.string().optional(), key: keySchema.optional() })
const entrySchema = z.looseObject({
  extract: z.looseObject({ from: name }),
  select: z.record(z.string(), columnSchema).optional().catch(undefined),
  load: loadSchema.optional().catch(undefined),
  deliver: z.looseObject({ to: name }).optional().catch(undefined),
  index: z.looseObject({ into: name, key: keySchema.optional() }).optional().catch(undefined),
})
type Entry = z.infer<typeof entrySchema>

const triggerSchema = z.looseObject({ file: name.optional(), match: name.optional() })
const landSchema = z.looseObject({
  on: z.array(triggerSchema).optional().catch(undefined),
  land: z.looseObject({ into: name, copy: name.optional(), as: name.optional(), limits: rest.optional() }),
})

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
  const { mode = 'replace' } = load
  const words = { replace: 'replaces the table', append: 'appended', merge: 'merged' }[mode] ?? mode
  return [`${words}${byKey(load)}`, ...othersInWords(load, ['into', 'mode', 'key'])]
}

function byKey({ key }: { key?: z.infer<typeof keySchema> | undefined }): string {
  const keys = key === undefined ? [] : typeof key === 'string' ? [key] : key
  return keys.length === 0 ? '' : ` by ${keys.join(' and ')}`
}

function indexInWords(index: NonNullable<Entry['index']>): string[] {
  const apart = index.key === undefined ? ' by file and line' : byKey(index)
  return ['built aside, then replaces the index', `documents told apart${apart}`, ...othersInWords(index, ['into', 'key'])]
}

function writingInWords({ load, deliver, index }: Entry): string[] {
  if (load !== undefined) return loadInWords(load)
  if (deliver !== undefined) return deliveryInWords(deliver)
  return index === undefined ? [] : indexInWords(index)
}

function deliveryInWords(deliver: NonNullable<Entry['deliver']>): string[] {
  const { format } = deliver
  return [`delivered${typeof format === 'string' ? ` as ${format}` : ''}`, ...othersInWords(deliver, ['to', 'format'])]
}

function landingInWords({ on = [], land }: z.infer<typeof landSchema>): DeclaredFlowWords {
  const files = on.flatMap(({ file, match }) => (file === undefined ? [] : [{ file, match }]))
  const [first, ...others] = files
  const { copy, as, limits = {} } = land
  return {
    from: first?.file.replace(/\/+$/, '') ?? '',
    reading: [
      ...(first?.match === undefined ? [] : [`files ${first.match}`]),
      ...others.map(({ file, match }) => `and ${file}${match === undefined ? '' : `, files ${match}`}`),
      ...(copy === undefined ? [] : [`copied to ${copy} first`]),
      ...(as === undefined ? [] : [`as ${as}`]),
      ...othersInWords(land, ['into', 'copy', 'as', 'limits']),
      ...Object.entries(limits).map(([what, most]) => `${what} at most ${valueInWords(most)}`),
    ],
    columns: [],
    to: land.into,
    writing: ['a row for each record, each file once'],
  }
}

const jobSchema = z.looseObject({ runs: name, parameters: rest.optional().catch(undefined) })

/** A flow entry of a stored document in words; null when it works elsewhere, is no flow without code, or not one we can read. */
export function declaredFlowInWords(written: unknown): DeclaredFlowWords | null {
  const landing = landSchema.safeParse(written)
  if (landing.success) return landingInWords(landing.data)
  const parsed = entrySchema.safeParse(written)
  if (!parsed.success) return null
  const { extract, select, load, deliver, index } = parsed.data
  return {
    from: extract.from,
    reading: othersInWords(extract, ['from']),
    columns: select === undefined ? null : Object.entries(select).map(columnInWords),
    to: load?.into ?? deliver?.to ?? index?.into ?? '',
    writing: writingInWords(parsed.data),
  }
}

/** What a run of a flow without code may be told, by its entry in a stored document; null when it is none. */
export function declaredParametersOf(written: unknown): z.ZodObject | null {
  const job = jobSchema.safeParse(written)
  if (job.success) return jobFlowParameters(job.data.parameters ?? {})
  if (declaredFlowInWords(written) === null) return null
  return landSchema.safeParse(written).success ? landFlowParameters : declaredFlowParameters
}
