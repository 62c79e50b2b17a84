import type { IncomingMessage } from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import { z } from 'zod'
import { type Answer, jsonAnswer } from '#demo/campus/answer.ts'
import type { Fault } from '#demo/campus/faults.ts'
import type { CampusSystem, CampusWorld } from '#demo/campus/system.ts'
import { runQuery } from './queries.ts'

export const CS_TOOLS_PATH = '/api/v1/queries/execute'

const bodySchema = z.strictObject({
  query_name: z.string(),
  prompt_names: z.array(z.string()).default([]),
  prompt_values: z.array(z.string()).default([]),
})

/** The newer query endpoint: the same queries behind a key and a POST. */
export function csTools(world: CampusWorld): CampusSystem {
  return {
    isFor: (path) => path === CS_TOOLS_PATH,
    answer(request, _url, fault) {
      if (fault?.kind === 'unauthorized' || request.headers['x-api-key'] !== world.credentials.key)
        return jsonAnswer(403, { message: 'Forbidden' })
      if (fault?.kind === 'error-in-200') return jsonAnswer(200, { error: 'Query execution failed', statusCode: 500 })
      return execute(world, request, fault)
    },
  }
}

async function execute(world: CampusWorld, request: IncomingMessage, fault: Fault | undefined): Promise<Answer> {
  const body = bodySchema.safeParse(await readJson(request).catch(() => undefined))
  if (request.method !== 'POST' || !body.success) return jsonAnswer(422, { detail: 'The body is not a query.' })
  const { query_name: query, prompt_names: names, prompt_values: values } = body.data
  if (names.length !== values.length) return jsonAnswer(422, { detail: 'There are not as many prompt values as names.' })
  const outcome = runQuery(world, query, Object.fromEntries(names.map((name, place) => [name, values[place] ?? ''])), fault)
  if ('rows' in outcome) return { status: 200, contentType: 'application/json', body: asData(outcome.rows) }
  if (outcome.refused === 'failed') return jsonAnswer(500, { detail: `Query ${query} failed for ${values.join()}` })
  return jsonAnswer(outcome.refused === 'unknown-query' ? 404 : 400, { detail: `Query ${query} cannot be run like this` })
}

function* asData(rows: readonly Record<string, unknown>[]): Generator<string> {
  yield '{"data":['
  for (const [place, row] of rows.entries()) yield `${place === 0 ? '' : ','}${JSON.stringify(row)}`
  yield ']}'
}
