import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type Heartbeat, type LineageEvent, parseEventTime } from './event-schema.ts'
import { HEARTBEATS } from './pushed-run.ts'
import { columnsOfSchema } from './told-columns.ts'
import type { DataName, RunEvent, RunName, ToldData } from './told-run.ts'

/** What an event tells about data, whoever reads or writes them. */
export interface DataFacets {
  columns?: { name: string; type: string | null; description: string | null }[]
  description?: string
  lifecycle?: string
  /** What else the same data are called. */
  aliases?: DataName[]
}

/** What an event comes to: something that happened to a run or a job, and what is told about data. */
export interface ReadEvent {
  at: Instant
  run: RunName | null
  event: RunEvent | null
  data: (DataName & { facets: DataFacets })[]
}

type Facets = Readonly<Record<string, unknown>> | null | undefined
type Dataset = LineageEvent['outputs'][number]

/** A facet, unless it says of itself that it is to be taken away. */
function facet(facets: unknown, name: string): Readonly<Record<string, unknown>> {
  const found = field(facets, name)
  return isObject(found) && found['_deleted'] !== true ? found : {}
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const field = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined)
const textIn = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null)
const timeIn = (value: unknown): Instant | null => (typeof value === 'string' ? parseEventTime(value) : null)
const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Counts come as numbers or, from some, as texts; a negative one says that nobody counted. */
function countIn(value: unknown): number | null {
  const count = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? Math.trunc(count) : null
}

function toInput(dataset: Dataset): ToldData {
  const { namespace, name } = dataset
  const metrics = facet(dataset['inputFacets'], 'dataQualityMetrics')
  const older = facet(dataset.facets, 'dataQualityMetrics')
  return { namespace, name, rows: null, lifecycle: null, writtenAt: timeIn(metrics['lastUpdated'] ?? older['lastUpdated']) }
}

function lifecycleIn(facets: Facets): string | null {
  return textIn(facet(facets, 'lifecycleStateChange')['lifecycleStateChange'])?.toUpperCase() ?? null
}

function toOutput(dataset: Dataset): ToldData {
  const { namespace, name, facets } = dataset
  const statistics = facet(dataset['outputFacets'], 'outputStatistics')
  const older = facet(facets, 'outputStatistics')
  return { namespace, name, rows: countIn(statistics['rowCount'] ?? older['rowCount']), lifecycle: lifecycleIn(facets), writtenAt: null }
}

/** What is told about the data themselves, apart from any run. */
function toFacets({ facets }: { facets?: Facets }): DataFacets {
  const columns = columnsOfSchema(facet(facets, 'schema'))
  const description = textIn(facet(facets, 'documentation')['description'])
  const lifecycle = lifecycleIn(facets)
  const aliases = listIn(facet(facets, 'symlinks')['identifiers']).flatMap((one) => {
    const [namespace, name] = [textIn(field(one, 'namespace')), textIn(field(one, 'name'))]
    return namespace === null || name === null ? [] : [{ namespace, name }]
  })
  return {
    ...(columns.length > 0 && { columns }),
    ...(description !== null && { description }),
    ...(lifecycle !== null && { lifecycle }),
    ...(aliases.length > 0 && { aliases }),
  }
}

function toData(datasets: readonly Dataset[]): ReadEvent['data'] {
  return datasets.flatMap((dataset) => {
    const { namespace, name } = dataset
    return name === '' ? [] : [{ namespace, name, facets: toFacets(dataset) }]
  })
}

/** The run that it is a part of: by its facet, which some still call by its name of before. */
function parentIn(facets: Facets): RunName | null {
  const [told, older] = [facet(facets, 'parent'), facet(facets, 'parentRun')]
  const [run, job] = [field(told, 'run') ?? field(older, 'run'), field(told, 'job') ?? field(older, 'job')]
  const [runId, namespace, name] = [textIn(field(run, 'runId')), textIn(field(job, 'namespace')), textIn(field(job, 'name'))]
  return runId === null || namespace === null || name === null ? null : { namespace, job: name, runId: runId.toLowerCase() }
}

/** `AIRFLOW, task, batch`: what the facet says, in one line. */
function jobTypeIn(facets: Facets): string | null {
  const { integration, jobType, processingType } = facet(facets, 'jobType')
  const words = [textIn(integration), textIn(jobType)?.toLowerCase() ?? null, textIn(processingType)?.toLowerCase() ?? null]
  const said = words.flatMap((word) => (word === null || word === 'none' ? [] : [word.trim().replaceAll('_', ' ')]))
  return said.length === 0 ? null : said.join(', ').slice(0, JOB_TYPE_MAX)
}

/** The one address that a run has by what senders add: that of its log in Airflow. */
function addressIn(facets: Facets): string | null {
  const airflow = facet(facets, 'airflow')
  return textIn(field(field(airflow, 'taskInstance'), 'log_url')) ?? textIn(field(airflow, 'log_url'))
}

/** What an event of OpenLineage comes to. One of a job says what it reads and writes, and nothing of a run. */
export function readLineageEvent(given: LineageEvent): ReadEvent {
  const { eventTime, eventType, run, job, inputs, outputs, dataset } = given
  const at = parseEventTime(eventTime) ?? 0
  const data = toData(dataset === undefined ? [...inputs, ...outputs] : [dataset])
  if (job === undefined) return { at, run: null, event: null, data }
  const facets = run?.facets
  const processing = textIn(facet(job.facets, 'jobType')['processingType'])?.toUpperCase() ?? null
  const nominal = facet(facets, 'nominalTime')
  const [start, end] = [timeIn(nominal['nominalStartTime']), timeIn(nominal['nominalEndTime'])]
  const error = textIn(facet(facets, 'errorMessage')['message'])
  return {
    at,
    run: { namespace: job.namespace, job: job.name, runId: run?.runId.toLowerCase() ?? '' },
    event: {
      type: run === undefined ? 'OTHER' : (eventType ?? 'OTHER'),
      at,
      isStreaming: processing === null ? null : processing === 'STREAMING',
      nominal: start === null && end === null ? null : { start, end },
      error: error?.slice(0, ERROR_MAX) ?? null,
      through: null,
      parent: parentIn(facets),
      jobType: jobTypeIn(job.facets),
      url: addressIn(facets),
      inputs: inputs.map(toInput),
      outputs: outputs.map(toOutput),
    },
    data,
  }
}

const ERROR_MAX = 4000
const JOB_TYPE_MAX = 200
const TYPES = { start: 'START', success: 'COMPLETE', fail: 'FAIL' } as const

/** What an asset's own word comes to: one try of the job that loads it, by its own name or else alone. */
export function readHeartbeat(assetKey: string, at: Instant, given: Heartbeat, runId: string): ReadEvent {
  const data = { namespace: connectionOf(assetKey), name: pathOf(assetKey) }
  return {
    at,
    run: { namespace: HEARTBEATS, job: assetKey, runId },
    event: {
      ...{ type: TYPES[given.state], at, isStreaming: null, nominal: null, error: given.message ?? null },
      ...{ parent: null, jobType: null, url: null },
      through: given.state === 'success' && given.through ? parseEventTime(given.through) : null,
      inputs: [],
      outputs: [{ ...data, rows: given.rows ?? null, lifecycle: null, writtenAt: null }],
    },
    data: [],
  }
}
