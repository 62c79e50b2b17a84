import { isJsonObject, type JsonObject } from '#lib/domain/json.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { TidemarkError } from '#lib/platform/errors.ts'
import { toBuid } from '../incoming-person.ts'

type Connections = Pick<FlowContext<unknown>, 'connect'>

/** The rows of a PeopleSoft query, whichever of the two query services the connection is. */
async function* queryRows(ctx: Connections, query: string, prompts?: Record<string, string>): AsyncGenerator<JsonObject> {
  for await (const row of ctx.connect('peoplesoft').extract({ query, ...(prompts === undefined ? {} : { prompts }) })) {
    if (!isJsonObject(row))
      throw new TidemarkError('refused', { publicMessage: `The query ${query} answered with something that is no row.` })
    yield row
  }
}

/** The ids of a query's rows. */
export async function* queryIds(ctx: Connections, query: string): AsyncGenerator<unknown> {
  for await (const row of queryRows(ctx, query)) yield row['CAMPUS_ID']
}

/** Active employees of SAP. */
export async function* employeeIds(ctx: Connections): AsyncGenerator<unknown> {
  const request = { bapi: 'Z_HR_EMPLOYEE_OBJ_LIST', account: 'HR', table: 'ET_EMP_LIST' }
  for await (const row of ctx.connect('sap').extract(request)) {
    if (isJsonObject(row) && row['EMP_STATUS'] === '3 - Active') yield row['BUID']
  }
}

/** People the virtual directory finds; the attribute's name is compared as LDAP does, without case. */
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

/** All rows of one person's query; refused when the answer speaks of anybody else, as it does when a prompt is ignored. */
export async function rowsOfPerson(ctx: Connections, query: string, prompt: string, buid: string, column: string): Promise<JsonObject[]> {
  const rows: JsonObject[] = []
  for await (const row of queryRows(ctx, query, { [prompt]: buid })) {
    const about = String(row[column] ?? '').trim()
    if (about !== '' && toBuid(about) !== buid) {
      throw new TidemarkError('refused', { publicMessage: `The query ${query} was asked about one person and answered about another.` })
    }
    rows.push(row)
  }
  return rows
}
