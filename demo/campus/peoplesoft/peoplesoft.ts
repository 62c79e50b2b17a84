import type { IncomingMessage } from 'node:http'
import type { Answer } from '#demo/campus/answer.ts'
import type { Fault } from '#demo/campus/faults.ts'
import type { CampusSystem, CampusWorld } from '#demo/campus/system.ts'
import { type QueryRow, runQuery } from './queries.ts'

const PATH = /^\/PSIGW\/RESTListeningConnector\/\w+\/ExecuteQuery\.v1\/(public|private)\/([^/]+)\/JSON\/NONFILE$/i

export function peopleSoft(world: CampusWorld): CampusSystem {
  const { user, password } = world.credentials
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  return {
    isFor: (path) => path.startsWith('/PSIGW/'),
    answer(request, url, fault) {
      if (fault?.kind === 'unauthorized' || request.headers.authorization !== expected) return notAuthorized(401)
      if (fault?.kind === 'error-in-200') return notAuthorized(200)
      return execute(world, request, url, fault)
    },
  }
}

function execute(world: CampusWorld, request: IncomingMessage, url: URL, fault: Fault | undefined): Answer {
  const match = PATH.exec(url.pathname)
  const parameters = url.searchParams
  if (request.method !== 'GET' || !match) return brokerError(500, 10_731, 'The URL does not match any service operation')
  if (!/^[YN]$/.test(parameters.get('isconnectedquery') ?? ''))
    return brokerError(500, 512, 'Required parameter isconnectedquery is missing')
  if (!/^\d+$/.test(parameters.get('maxrows') ?? '')) return brokerError(500, 513, 'Required parameter maxrows is missing')
  const query = match[2] ?? ''
  const outcome = runQuery(world, query, promptsOf(parameters), fault)
  if ('refused' in outcome) return REFUSALS[outcome.refused](query)
  const maxRows = Number(parameters.get('maxrows'))
  const rows = maxRows === 0 ? outcome.rows : outcome.rows.slice(0, maxRows)
  if (parameters.get('json_resp') !== 'true') return asXml(query, rows)
  return { status: 200, contentType: 'application/json', body: asJson(query, rows, fault) }
}

const REFUSALS = {
  'unknown-query': (query: string) => brokerError(500, 1620, `Query ${query} does not exist or you have no access to its records`),
  'bad-prompts': (query: string) => brokerError(500, 1625, `The prompts of query ${query} are not those that were given`),
  failed: () => brokerError(500, 1630, 'The application server stopped while it was running the query'),
}

// Comma lists by position: that is why a value cannot hold a comma.
function promptsOf(parameters: URLSearchParams): Record<string, string> {
  const names = (parameters.get('prompt_uniquepromptname') ?? '').split(',').filter((name) => name !== '')
  const values = (parameters.get('prompt_fieldvalue') ?? '').split(',')
  return Object.fromEntries(names.map((name, place) => [name, values[place] ?? '']))
}

function* asJson(query: string, rows: readonly QueryRow[], fault: Fault | undefined): Generator<string> {
  const numrows = fault?.kind === 'wrong-row-count' ? rows.length + 1 : rows.length
  yield `{"status":"success","data":{"query":{"numrows":${numrows},"queryname=":${JSON.stringify(query)},"rows":[`
  for (const [place, row] of rows.entries()) yield `${place === 0 ? '' : ','}${JSON.stringify(row)}`
  yield ']}}}'
}

function notAuthorized(status: number): Answer {
  return brokerError(status, 536, 'User DEMO not authorized to invoke Service Operation QAS_EXECUTEQRY_REST_GET. (158,536)')
}

function brokerError(status: number, message: number, words: string): Answer {
  const body = `<?xml version="1.0"?><IBResponse type="error"><DefaultTitle>Integration Broker Response</DefaultTitle><StatusCode>20</StatusCode><MessageID>${message}</MessageID><DefaultMessage>${words}</DefaultMessage></IBResponse>`
  return { status, contentType: 'text/xml; charset=utf-8', body: [body] }
}

function asXml(query: string, rows: readonly Record<string, unknown>[]): Answer {
  const escaped = (value: unknown) => String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const columns = (row: Record<string, unknown>) =>
    Object.entries(row).flatMap(([key, value]) => (key.startsWith('attr:') ? [] : [`<${key}>${escaped(value)}</${key}>`]))
  const lines = rows.map((row) => `<row rownumber="${row['attr:rownumber']}">${columns(row).join('')}</row>`)
  return {
    status: 200,
    contentType: 'text/xml; charset=utf-8',
    body: [`<?xml version="1.0"?><query numrows="${rows.length}" queryname="${query}">`, ...lines, '</query>'],
  }
}
