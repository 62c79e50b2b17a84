import { toBuid } from '#jobs/flows/person/incoming-person.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isJsonObject, type JsonObject } from '#lib/domain/values/json.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { toTermCode } from '#lib/records/term-code.ts'

// PeopleSoft's CHAR(4).
const CAREER = /^\S{1,4}$/

type Connections = Pick<FlowContext<unknown>, 'connect'>

async function* queryRows(ctx: Connections, query: string, prompts?: Record<string, string>): AsyncGenerator<JsonObject> {
  for await (const row of ctx.connect('peoplesoft').extract({ query, ...(prompts === undefined ? {} : { prompts }) })) {
    if (!isJsonObject(row))
      throw new TidemarkError('refused', { publicMessage: `The query ${query} answered with something that is no row.` })
    yield row
  }
}

export async function* queryIds(ctx: Connections, query: string): AsyncGenerator<unknown> {
  for await (const row of queryRows(ctx, query)) yield row['CAMPUS_ID']
}

export async function* employeeIds(ctx: Connections): AsyncGenerator<unknown> {
  const request = { bapi: 'Z_HR_EMPLOYEE_OBJ_LIST', account: 'HR', table: 'ET_EMP_LIST' }
  for await (const row of ctx.connect('sap').extract(request)) {
    if (isJsonObject(row) && row['EMP_STATUS'] === '3 - Active') yield row['BUID']
  }
}

/** People the directory finds; attribute names are compared without case, as LDAP does. */
export async function* directoryIds(
  ctx: Connections,
  request: { filter: string; sizeLimit: number; attribute: string },
): AsyncGenerator<unknown> {
  const { filter, sizeLimit, attribute } = request
  for await (const entry of ctx.connect('vds').extract({ filter, sizeLimit, attributes: [attribute] })) {
    const attributes = isJsonObject(entry) && isJsonObject(entry['attributes']) ? entry['attributes'] : {}
    const name = Object.keys(attributes).find((key) => key.toLowerCase() === attribute.toLowerCase())
    const values = name === undefined ? undefined : attributes[name]
    yield Array.isArray(values) ? values[0] : values
  }
}

export function studentTerms(ctx: Connections, buid: string): Promise<JsonObject[]> {
  return termRows(ctx, { query: 'BU_TERM_STD_FULL_TERM', prompt: 'BUID', column: 'CAMPUS_ID', hasCareer: true }, buid)
}

export function facultyTerms(ctx: Connections, buid: string): Promise<JsonObject[]> {
  return termRows(ctx, { query: 'BU_FACULTY_GET', prompt: 'EMPLID', column: 'EMPLID', hasCareer: false }, buid)
}

interface TermQuery {
  query: string
  prompt: string
  column: string
  hasCareer: boolean
}

/** Refuses rows of anybody else, which come when a prompt is ignored, or of an impossible term: the document would not be the person's. */
async function termRows(ctx: Connections, termQuery: TermQuery, buid: string): Promise<JsonObject[]> {
  const rows: JsonObject[] = []
  for await (const row of queryRows(ctx, termQuery.query, { [termQuery.prompt]: buid })) {
    const answered = whatIsWrong(row, termQuery, buid)
    if (answered !== null)
      throw new TidemarkError('refused', {
        publicMessage: `The query ${termQuery.query} was asked about one person and answered ${answered}.`,
      })
    rows.push(row)
  }
  return rows
}

function whatIsWrong(row: JsonObject, { column, hasCareer }: TermQuery, buid: string): string | null {
  const about = String(row[column] ?? '').trim()
  if (about === '') return `with a row that does not say about whom (${column})`
  if (toBuid(about) !== buid) return 'about another'
  if (toTermCode(row['STRM']) === null) return 'with a term code (STRM) that is not four digits'
  const career = row['ACAD_CAREER']
  if (hasCareer && (typeof career !== 'string' || !CAREER.test(career.trim())))
    return 'with a career (ACAD_CAREER) that is not 1 to 4 characters'
  return null
}
