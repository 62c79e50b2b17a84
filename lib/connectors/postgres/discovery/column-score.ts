import { TYPE } from '#lib/connectors/postgres/read-instant.ts'
import { type NameReading, readName, toSnakeCase } from './column-words.ts'

export interface CandidateColumn {
  name: string
  type: number
  indexed: boolean
  nullable: boolean
  stampsItself: boolean
}

export interface ColumnChoice {
  column: string
  clock: 'writtenAt' | 'dataThroughAt'
  indexed: boolean
  type: number
  score: number
  /** Nothing but its type speaks for it. */
  guessed: boolean
  /** A loading tool writes it, or it is named like the time of a load. */
  load: boolean
  because: string
}

interface Convention {
  score: number
  clock: ColumnChoice['clock']
  means: string
}

const TOOLS: readonly (Convention & { pattern: RegExp })[] = [
  {
    pattern:
      /^(_fivetran_synced|_airbyte_(extracted|emitted|loaded)_at|_sdc_(batched|received|extracted)_at|_dlt_load_id|_etl_loaded_at|_?dbt_(loaded|updated)_at|_(loaded|ingested|synced|inserted|imported)_at)$/,
    score: 100,
    clock: 'writtenAt',
    means: 'a loading tool writes it',
  },
  {
    pattern:
      /^(dl|dw|dwh|etl|elt|row|rec|stg|sys|meta|audit)_(load|insert|inserted|update|updated|batch|ingest|run|refresh)(ed)?_?(at|on|date|time|ts|dt|dttm|datetime|timestamp)$/,
    score: 94,
    clock: 'writtenAt',
    means: 'it is named like the time of a load',
  },
]

const BY_ROLE: Record<Exclude<NameReading['role'], 'business' | 'none'>, Convention> = {
  load: { score: 90, clock: 'writtenAt', means: 'it is named like the time of a load' },
  change: { score: 75, clock: 'writtenAt', means: 'it is named like the time of the last change' },
  creation: { score: 60, clock: 'writtenAt', means: 'it is named like the time rows are made; later changes do not move it' },
  event: {
    score: 40,
    clock: 'dataThroughAt',
    means: 'it is named like the time something happened, so it tells how far the data reaches',
  },
  time: { score: 38, clock: 'dataThroughAt', means: 'it is named like a time, so it tells how far the data reaches' },
}
const STAMPED: Convention = { score: 55, clock: 'writtenAt', means: 'it stamps rows as they are written' }
const GUESSED: Convention = { score: 20, clock: 'dataThroughAt', means: 'it holds times, whatever they mean' }

const TIMES: readonly number[] = [TYPE.timestamptz, TYPE.timestamp, TYPE.date]
const NUMERIC: readonly number[] = [TYPE.int4, TYPE.int8, TYPE.numeric, TYPE.float8]

/** Numbers and texts of these names are times although nothing in the name says so. */
const SAID_SHORTLY = /^(created|updated|changed|modified|touched)$/i

export function isTimeType(type: number): boolean {
  return TIMES.includes(type)
}

function typeWord(type: number): { word: string; score: number } | null {
  if (type === TYPE.timestamptz) return { word: 'a time with zone', score: 5 }
  if (type === TYPE.timestamp) return { word: 'a time without zone', score: 0 }
  if (type === TYPE.date) return { word: 'a date', score: -8 }
  if (NUMERIC.includes(type)) return { word: 'a number', score: -12 }
  if (type === TYPE.text || type === TYPE.varchar) return { word: 'a text', score: -15 }
  return null
}

/** What the name and the default say; null: nothing that makes it a time of writing or happening. */
function conventionOf(column: CandidateColumn): Convention | null {
  const tool = TOOLS.find(({ pattern }) => pattern.test(toSnakeCase(column.name)))
  if (tool !== undefined) return tool
  const { role, saysTime, unknown, clear } = readName(column.name)
  const isTime = isTimeType(column.type)
  if (role === 'business') return null
  if (!isTime && (!clear || role === 'none' || !(saysTime || SAID_SHORTLY.test(column.name)))) return null
  if (role !== 'none' && role !== 'time') return { ...BY_ROLE[role], score: BY_ROLE[role].score - 4 * unknown }
  if (column.stampsItself && isTime) return STAMPED
  if (role === 'time') return { ...BY_ROLE.time, score: BY_ROLE.time.score - 4 * unknown }
  return isTime ? GUESSED : null
}

function judge(column: CandidateColumn): ColumnChoice | null {
  const type = typeWord(column.type)
  const known = type === null ? null : conventionOf(column)
  if (type === null || known === null) return null
  const score = known.score + type.score + (column.indexed ? 8 : 0) + (column.nullable ? -2 : 0) + (column.stampsItself ? 3 : 0)
  const index = column.indexed ? 'an index leads with it' : 'no index leads with it'
  return {
    column: column.name,
    clock: known.clock,
    indexed: column.indexed,
    type: column.type,
    score,
    guessed: known === GUESSED,
    load: known.score >= BY_ROLE.load.score,
    because: `${known.means}, ${type.word}, ${index} (score ${score})`,
  }
}

/** The columns that may tell when the table was loaded, the most telling first, each with the reason. */
export function rankColumns(columns: readonly CandidateColumn[]): ColumnChoice[] {
  return columns
    .map(judge)
    .filter((choice) => choice !== null)
    .toSorted((a, b) => b.score - a.score)
}

export function otherTimes(columns: readonly CandidateColumn[]): string[] {
  return columns.filter((column) => isTimeType(column.type) && judge(column) === null).map((column) => column.name)
}
