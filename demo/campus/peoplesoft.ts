import type { IncomingMessage } from 'node:http'
import type { Clock } from '#lib/platform/clock.ts'
import type { Answer } from './answer.ts'
import type { Misbehaviour } from './manners.ts'
import { termRows } from './terms.ts'

/** Columns to set on the rows of a term, or null: the term is gone. */
export type TermChanges = ReadonlyMap<string, Record<string, unknown> | null>

export interface PeopleSoftOptions {
  clock: Clock
  user: string
  password: string
  termCount: number
  changes: TermChanges
}

const PATH = /^\/PSIGW\/RESTListeningConnector\/\w+\/ExecuteQuery\.v1\/(public|private)\/([^/]+)\/JSON\/NONFILE$/i

/** Whether a request is for the query service. */
export function isPeopleSoft(path: string): boolean {
  return path.startsWith('/PSIGW/')
}

/** PeopleSoft's Query Access Service, as it answers. */
export function answerPeopleSoft(
  request: IncomingMessage,
  url: URL,
  options: PeopleSoftOptions,
  misbehaviour: Misbehaviour | undefined,
): Answer {
  const expected = `Basic ${Buffer.from(`${options.user}:${options.password}`).toString('base64')}`
  if (misbehaviour?.manner === 'unauthorized' || request.headers.authorization !== expected) return notAuthorized(401)
  if (misbehaviour?.manner === 'error-in-200') return notAuthorized(200)
  const match = PATH.exec(url.pathname)
  const parameters = url.searchParams
  if (request.method !== 'GET' || !match) return brokerError(500, 10_731, 'The URL does not match any service operation')
  if (!/^[YN]$/.test(parameters.get('isconnectedquery') ?? ''))
    return brokerError(500, 512, 'Required parameter isconnectedquery is missing')
  if (!/^\d+$/.test(parameters.get('maxrows') ?? '')) return brokerError(500, 513, 'Required parameter maxrows is missing')
  const query = match[2] ?? ''
  const all = rowsOf(query, options)
  if (!all) return brokerError(500, 1620, `Query ${query} does not exist or you have no access to its records`)
  const maxRows = Number(parameters.get('maxrows'))
  const rows = misbehave(maxRows === 0 ? all : all.slice(0, maxRows), misbehaviour)
  if (parameters.get('json_resp') !== 'true') return asXml(query, rows)
  const numrows = misbehaviour?.manner === 'wrong-row-count' ? rows.length + 1 : rows.length
  const document = { status: 'success', data: { query: { numrows, 'queryname=': query, rows } } }
  return { status: 200, contentType: 'application/json', body: [JSON.stringify(document)] }
}

function rowsOf(query: string, options: PeopleSoftOptions): Record<string, unknown>[] | undefined {
  if (query === 'BU_TERM_QRY') return changed(termRows(options.clock.now(), options.termCount), options.changes)
  // When the terms were last touched: what a site would build as a watermark for freshness.
  if (query === 'BU_TERM_LASTUPD_QRY') return [{ 'attr:rownumber': 1, LASTUPDDTTM: '2026-01-05-13.05.00.000000' }]
  return undefined
}

function changed(rows: Record<string, unknown>[], changes: TermChanges): Record<string, unknown>[] {
  const kept = rows.flatMap((row) => {
    const change = changes.get(String(row['STRM']))
    return change === null ? [] : [{ ...row, ...change }]
  })
  return kept.map((row, index) => ({ ...row, 'attr:rownumber': index + 1 }))
}

function misbehave(rows: Record<string, unknown>[], misbehaviour: Misbehaviour | undefined): Record<string, unknown>[] {
  switch (misbehaviour?.manner) {
    case 'empty-answer':
      return []
    case 'half-the-rows':
      return rows.slice(0, Math.floor(rows.length / 2))
    case 'missing-row-number':
      return rows.map(({ 'attr:rownumber': number, ...row }, index) => (index === 1 ? row : { 'attr:rownumber': number, ...row }))
    case 'long-term-code':
      return rows.map((row, index) => (index === 0 ? { ...row, STRM: `${row['STRM']}99` } : row))
    default:
      return rows
  }
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
