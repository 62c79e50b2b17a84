import { z } from 'zod'
import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { ClockReading, Connection, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import { type Probe, probeEach } from '#lib/connectors/kit/probe.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { readNumberTime } from '#lib/domain/time/number-time.ts'
import { readTime } from '#lib/domain/values/convert-time.ts'
import { scalarText } from '#lib/domain/values/convert-value.ts'
import type { JsonValue } from '#lib/domain/values/json.ts'
import { completenessShape, type SearchApi, whyIncomplete } from './api.ts'
import { probeCounts, wasCounted } from './counts.ts'
import {
  ELASTICSEARCH_LIMITS,
  type ElasticsearchAsset,
  type ElasticsearchSettings,
  elasticsearchAssetSettings,
  whyNoName,
} from './settings.ts'

const DEFAULT_FIELD = '@timestamp'
/** Earlier times stand for none. */
const REAL_FROM = Date.parse('1980-01-01T00:00:00Z')
const DAY = /^\d{4}-\d\d-\d\d$/

const newestSchema = z.object({
  ...completenessShape,
  hits: z.object({ total: z.object({ value: z.number() }) }),
  aggregations: z.record(z.string(), z.object({ value: z.custom<JsonValue>(), value_as_string: z.string().optional() })),
})
type Newest = z.infer<typeof newestSchema>

/** Looks at indices, aliases and data streams, a few at a time. */
export function observeIndices(
  api: SearchApi,
  connection: Connection<ElasticsearchSettings>,
  assets: readonly ObservedAsset[],
): AsyncGenerator<Observation> {
  return probeEach(connection, assets, (asset) => probe(api, asset, connection.clock.now()), ELASTICSEARCH_LIMITS.atOnce ?? 1)
}

interface Wanted {
  path: string
  settings: ElasticsearchAsset
  fields: { name: string; clock: ClockReading['clock'] }[]
}

async function probe(api: SearchApi, asset: ObservedAsset, now: Instant): Promise<Probe> {
  const { path } = asset
  const why = whyNoName(path)
  if (why !== null) throw new TidemarkError('invalid', { publicMessage: `"${path}" ${why}.` })
  const settings = elasticsearchAssetSettings.parse(asset.settings)
  const fields: Wanted['fields'] = [{ name: settings.field ?? DEFAULT_FIELD, clock: settings.clock }]
  if (settings.dataThrough !== undefined) fields.push({ name: settings.dataThrough, clock: 'dataThroughAt' })
  const wanted = { path, settings, fields }
  const newest = await askNewest(api, wanted)
  // Of an empty index nobody knows whether it has the field: what the look before went by counts.
  const isCounted = newest.hits.total.value > 0 || wasCounted(asset.previous)
  const isWithoutField = settings.field === undefined && newestValue(newest, 0) === null && isCounted
  return isWithoutField ? probeCounts(api, asset, now) : toProbe(api, wanted, newest, now)
}

/** The newest value of each field: of all of it, or of nothing. What is not there is an error, never an empty answer. */
async function askNewest(api: SearchApi, { path, settings, fields }: Wanted): Promise<Newest> {
  const query =
    settings.where === undefined ? { match_all: {} } : { query_string: { query: settings.where, allow_leading_wildcard: false } }
  const aggs = Object.fromEntries(fields.map(({ name: field }, i) => [`newest${i}`, { max: { field } }]))
  const question = {
    path: [path, '_search'],
    parameters: { allow_partial_search_results: 'false', ignore_unavailable: 'false', allow_no_indices: 'false' },
    json: { size: 0, track_total_hits: 1, query, aggs },
    what: path,
  }
  const newest = await api.ask(question, newestSchema)
  const because = whyIncomplete(newest)
  if (because === null) return newest
  const publicMessage = `${api.system} did not look at all of ${path}: ${because}. What is newest in a part says nothing of the rest.`
  throw new TidemarkError('unavailable', { publicMessage, retryable: true })
}

const newestValue = ({ aggregations }: Newest, place: number) => aggregations[`newest${place}`]?.value ?? null

function toProbe(api: SearchApi, { path, settings, fields }: Wanted, newest: Newest, now: Instant): Probe {
  const isEmpty = newest.hits.total.value === 0
  const read = fields.map(({ name, clock }, place) => {
    if (isEmpty) return { clock, at: null, precision: 'instant' as const }
    return readField(api, { name, clock, zone: settings.zone ?? 'UTC' }, newest.aggregations[`newest${place}`], now)
  })
  const problems = read.flatMap((one) => (typeof one === 'string' ? [one] : []))
  const readings = read.flatMap((one) => (typeof one === 'string' ? [] : [one]))
  const names = fields.map(({ name }) => name).join(' and ')
  return {
    readings,
    rows: null,
    evidence: {
      method: 'field',
      strength: 'strong',
      detail: `The newest ${names} of ${path}${settings.where === undefined ? '' : ', among the documents that count'}.`,
    },
    state: null,
    warnings: [],
    ifAhead: 'Leave such documents out with "where".',
    ...(problems.length > 0 && { untold: problems.join(' ') }),
  }
}

interface Field {
  name: string
  clock: ClockReading['clock']
  zone: string
}

/** A reading, or in words why there is none. A field of dates comes with its text, one of numbers without. */
function readField(api: SearchApi, { name, clock, zone }: Field, told: Newest['aggregations'][string] | undefined, now: Instant) {
  const text = scalarText(told?.value ?? null)
  if (told === undefined) throw refusedAnswer(api.system, `it says nothing of the newest ${name}`)
  if (text === null) return `It has documents, but none that counts has a time in ${name}.`
  const { value_as_string: written } = told
  const read = written === undefined ? numberTime(text, zone, now) : dateTime(text, written, zone, now)
  if (read === null || !(read.at >= REAL_FROM)) return `The newest value of ${name} does not read as a time.`
  return { clock, at: read.at, precision: read.precision }
}

type Time = Pick<ClockReading, 'precision'> & { at: Instant }

/** A field whose format knows days alone tells days. */
function dateTime(text: string, written: string, zone: string, now: Instant): Time | null {
  if (DAY.test(written)) return readTime(written, zone, now)
  const at = Math.floor(Number(text))
  return Number.isFinite(at) ? { at, precision: 'instant' } : null
}

function numberTime(text: string, zone: string, now: Instant): Time | null {
  const number = Number(text)
  const read = readNumberTime(Number.isSafeInteger(number) ? String(number) : text, zone, now)
  return read.ok ? read : null
}
