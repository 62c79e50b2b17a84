import { TYPE } from './read-instant.ts'

/** What the system catalogue knows about a column that might tell when rows were loaded. */
export interface CandidateColumn {
  name: string
  type: number
  indexed: boolean
  nullable: boolean
  /** Its default is the moment of writing: now(), current_timestamp, … */
  stampsItself: boolean
}

export interface ColumnChoice {
  column: string
  clock: 'writtenAt' | 'dataThroughAt'
  indexed: boolean
  type: number
  score: number
  because: string
}

interface Convention {
  pattern: RegExp
  score: number
  clock: ColumnChoice['clock']
  means: string
  /** Numbers and texts with such a name are taken for a time as well. */
  anyType?: boolean
}

/** Names, most telling first. They are compared in snake_case: UpdatedAt reads updated_at. */
const CONVENTIONS: readonly Convention[] = [
  {
    pattern:
      /^(_fivetran_synced|_airbyte_(extracted|emitted|loaded)_at|_sdc_(batched|received|extracted)_at|_dlt_load_id|_etl_loaded_at|_?dbt_(loaded|updated)_at|_(loaded|ingested|synced|inserted|imported)_at)$/,
    score: 100,
    clock: 'writtenAt',
    means: 'a loading tool writes it',
    anyType: true,
  },
  {
    pattern:
      /^(dl|dw|dwh|etl|elt|row|rec|stg|sys|meta|audit)_(load|insert|inserted|update|updated|batch|ingest|run|refresh)(ed)?_?(at|on|date|time|ts|dt|dttm|datetime|timestamp)$/,
    score: 94,
    clock: 'writtenAt',
    means: 'it is named like the time of a load',
    anyType: true,
  },
  {
    pattern:
      /^(load|loaded|ingest|ingested|ingestion|insert|inserted|import|imported|sync|synced|last_synced|extract|extracted|batch|refresh|refreshed|last_refreshed|processed|etl|fetched|snapshot)(_(at|on|date|time|ts|dt|dttm|datetime|timestamp))$/,
    score: 90,
    clock: 'writtenAt',
    means: 'it is named like the time of a load',
    anyType: true,
  },
  {
    pattern:
      /^((last_)?(modified|updated|changed|modification|update|modify|change|upd)(_(at|on|date|time|ts|dt|dttm|datetime|timestamp))?|lastupd(dt|dttm|date)?|last_upd_dt(tm|s)?|sys_updated_on|system_modstamp|mtime|recorded_at|checked_at|heartbeat_at|last_seen(_at)?)$/,
    score: 75,
    clock: 'writtenAt',
    means: 'it is named like the time of the last change',
    anyType: true,
  },
  {
    pattern:
      /^((create|created|creation|insert|add|added|sys_created)(_(at|on|date|time|ts|dt|dttm|datetime|timestamp))|crt_?dt(tm)?|ctime)$/,
    score: 60,
    clock: 'writtenAt',
    means: 'it is named like the time rows are made; later changes do not move it',
    anyType: true,
  },
  {
    pattern:
      /^((event|occurred|order|ordered|sale|sold|transaction|txn|posted|posting|measured|observed|business|value|trade|booking|invoice|received|sent|logged|log)(_(at|on|date|time|ts|dt|dttm|datetime|timestamp|day))|ts|timestamp|date|day|time)$/,
    score: 40,
    clock: 'dataThroughAt',
    means: 'it is named like the time something happened, so it tells how far the data reaches',
  },
]

/** Times about something else than loading or happening: they lie in the future, or decades back. */
const MISLEADING =
  /(birth|dob|remov|archiv|cancel|revoke|resolve|closed|disabled|given_up|expir|valid|effective|effdt|until|due|deadline|scheduled|next_|planned|start|end(s|ed)?_|^end|^to_|^from_|_to$|_from$|deleted|hire|term(inated|ination)|death|retire|renew|target|estimated|eta|lease)/

const TIMES: readonly number[] = [TYPE.timestamptz, TYPE.timestamp, TYPE.date]
const NUMERIC: readonly number[] = [TYPE.int4, TYPE.int8, TYPE.numeric, TYPE.float8]

function toSnakeCase(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
}

function typeWord(type: number): { word: string; score: number } | null {
  if (type === TYPE.timestamptz) return { word: 'a time with zone', score: 5 }
  if (type === TYPE.timestamp) return { word: 'a time without zone', score: 0 }
  if (type === TYPE.date) return { word: 'a date', score: -8 }
  if (NUMERIC.includes(type)) return { word: 'a number', score: -12 }
  if (type === TYPE.text || type === TYPE.varchar) return { word: 'a text', score: -15 }
  return null
}

function judge(column: CandidateColumn): ColumnChoice | null {
  const type = typeWord(column.type)
  if (type === null) return null
  const name = toSnakeCase(column.name)
  const isTime = TIMES.includes(column.type)
  const convention = CONVENTIONS.find((c) => c.pattern.test(name) && (isTime || c.anyType === true))
  const known =
    convention ??
    (column.stampsItself && isTime ? { score: 55, clock: 'writtenAt' as const, means: 'it stamps rows as they are written' } : null)
  if (known === null && (!isTime || MISLEADING.test(name))) return null
  const base = known ?? { score: 20, clock: 'dataThroughAt' as const, means: 'it is the only kind of time there is' }
  const score = base.score + type.score + (column.indexed ? 8 : 0) + (column.nullable ? -2 : 0) + (column.stampsItself ? 3 : 0)
  const index = column.indexed ? 'an index leads with it' : 'no index leads with it'
  return {
    column: column.name,
    clock: base.clock,
    indexed: column.indexed,
    type: column.type,
    score,
    because: `column ${column.name}: ${base.means}, ${type.word}, ${index} (score ${score})`,
  }
}

/** The column that best tells when the table was loaded, with the reason; null when none does. */
export function chooseColumn(columns: readonly CandidateColumn[]): ColumnChoice | null {
  let best: ColumnChoice | null = null
  for (const column of columns) {
    const choice = judge(column)
    if (choice !== null && (best === null || choice.score > best.score)) best = choice
  }
  return best
}
