import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { NAME, notUnderstood, type Result, StatementError } from './result.ts'
import { cellOf, type StandInTable } from './tables.ts'
import { checkCondition, columnOf, tableOf } from './told.ts'

const TEXT = "'((?:[^'\\\\]|''|\\\\.)*)'"
const KEYS = new RegExp(
  `^select left\\(to_varchar\\(${NAME}\\), (\\d+)\\) as K, max\\(${NAME}\\) as V from ${NAME}\\.${NAME}\\.${NAME} where ${NAME} is not null and ${NAME} >= ${TEXT}::(\\w+) and ${NAME} <= ${TEXT}::\\w+(?: and (to_varchar\\()?${NAME}\\)? in \\((.+?)\\))?(?: and \\(([\\s\\S]+)\\))? group by 1 order by 2 desc limit (\\d+)$`,
)
const FITS: Readonly<Record<string, string>> = {
  TIMESTAMP_LTZ: 'timestamp_tz',
  TIMESTAMP_TZ: 'timestamp_tz',
  TIMESTAMP_NTZ: 'timestamp_ntz',
  DATE: 'date',
}

const unquoted = (text: string) => text.replaceAll(/''|\\(.)/g, (pair, escaped: string | undefined) => escaped ?? pair.slice(1))

/** A literal as an instant; of a wall time, what UTC shows at it. */
function instantOf(text: string): Instant {
  return Date.parse(/T.*\+/.test(text) ? text : text.includes('T') ? `${text}Z` : `${text}T00:00Z`)
}

/** What stands in a list: texts, and what is written without quotes. */
function valuesIn(list: string): string[] {
  return [...list.matchAll(new RegExp(`${TEXT}|([^', ]+)`, 'g'))].map(([, text, bare = '']) =>
    text === undefined ? bare.replace(/::float$/, '') : unquoted(text),
  )
}

/** A value as a column of a type holds it: what does not read as that fails the statement, and 5 is 5.00. */
function comparable(value: string, type: string): string {
  if (type === 'BOOLEAN') return value.toLowerCase()
  if (type !== 'NUMBER') return value
  if (value.trim() === '' || !Number.isFinite(Number(value)))
    throw new StatementError('100038', '22018', `Numeric value '${value}' is not recognized`)
  return String(Number(value))
}

/** The keys of a table with their newest rows. */
export function newestOfKeys(statement: string, tables: readonly StandInTable[]): Result {
  const [
    matched,
    key = '',
    length = '',
    time = '',
    database = '',
    schema = '',
    name = '',
    ,
    ,
    from = '',
    cast = '',
    ,
    to = '',
    asText,
    ,
    among,
    where,
    limit = '',
  ] = KEYS.exec(statement)?.map((part) => part?.replaceAll('""', '"')) ?? []
  if (matched === undefined) throw notUnderstood()
  const table = tableOf(tables, database, schema, name)
  const { type } = columnOf(table, time)
  if (FITS[type] !== cast)
    throw new StatementError('001065', '22023', `SQL compilation error:\ninvalid type [CAST] for parameter '${time}'`)
  if (where !== undefined) checkCondition(table, where)
  if (table.keys?.column !== key) columnOf(table, key)
  if (table.keys?.column !== key) throw notUnderstood()
  const keyType = asText === undefined ? columnOf(table, key).type : 'TEXT'
  const wanted = among === undefined ? null : new Set(valuesIn(among).map((value) => comparable(value, keyType)))
  const own = table.keys.rows.filter((row) => {
    const at = type === 'DATE' ? row.at - (row.at % DAY_MS) : row.at
    return at >= instantOf(from) && at <= instantOf(to) && (wanted === null || wanted.has(comparable(row.key, keyType)))
  })
  const newest = [...Map.groupBy(own, (row) => row.key.slice(0, Number(length)))].map(([value, rows]) => ({
    key: value,
    at: Math.max(...rows.map(({ at }) => at)),
  }))
  return {
    columns: [
      { name: 'K', type: 'text', scale: null },
      { name: 'V', type: type.toLowerCase(), scale: type === 'DATE' ? null : 9 },
    ],
    rows: newest
      .sort((a, b) => b.at - a.at)
      .slice(0, Number(limit))
      .map((row) => [row.key, cellOf(type, row.at)]),
  }
}
