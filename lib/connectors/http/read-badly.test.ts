import { describe, expect, it } from 'vitest'
import { DATASETS, type DatasetName } from '#demo/campus/departments/datasets.ts'
import httpConnector from '#lib/connectors/http.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { answerWith } from '#lib/testing/servers/http-receiver.ts'
import { departmentWorld, DEPARTMENTS_NOW as now, type SignIn } from '#lib/testing/worlds/department-world.ts'

const http = askOnce(httpConnector)

const world = await departmentWorld()
const { departments, other, clock } = world

const read = (sign: SignIn, request: Record<string, unknown>) => Array.fromAsync(http.extract(world.connected(world.signIn(sign)), request))
const rowsOf = (name: DatasetName) => DATASETS[name].rows(now)

const PERMITS = { path: 'parking/permits', format: 'json', records: 'data', total: 'meta.total', paging: { by: 'page', size: 250 } }
const ORDERS = {
  path: 'facilities/work-orders',
  format: 'json',
  records: 'results',
  total: 'total_count',
  paging: { by: 'offset', size: 400 },
}
const TICKETS = { path: 'it/tickets', format: 'json', records: 'items', paging: { by: 'cursor', next: 'next_cursor', size: 500 } }
const ADOPTIONS = { path: 'bookstore/adoptions', format: 'json', paging: { by: 'link', size: 200 } }

describe('a server that tells not all, or not the truth', () => {
  it.each([
    ['page-repeated', 'key', PERMITS, 'same rows as an earlier one', false],
    ['page-repeated', 'key', ORDERS, 'same rows as an earlier one', false],
    ['page-repeated', 'bearer', TICKETS, 'same rows as an earlier one', false],
    ['wrong-total', 'key', PERMITS, 'announces 1207 rows, and 1200 came', false],
    ['total-grows', 'key', PERMITS, 'changed while', true],
    ['next-elsewhere', 'basic', ADOPTIONS, 'another host', false],
    ['cut-body', 'key', PERMITS, 'in the middle', true],
    ['cut-body', 'bearer', { path: 'dining/transactions', format: 'ndjson' }, 'in the middle', true],
    ['cut-body', 'none', { path: 'athletics/tickets', format: 'csv' }, 'in the middle', true],
    ['html-page', 'key', PERMITS, 'web page', false],
    ['html-page', 'none', { path: 'athletics/tickets', format: 'csv' }, 'web page', false],
    ['error-in-200', 'key', PERMITS, 'reports an error beside its rows', false],
    ['error-in-200', 'key', ORDERS, 'reports an error instead of rows', false],
    ['error-in-200', 'basic', ADOPTIONS, 'an object, not a list', false],
    ['error-in-200', 'none', { path: 'athletics/tickets', format: 'csv' }, 'JSON, not CSV', false],
    ['error-in-200', 'bearer', { path: 'dining/transactions', format: 'ndjson' }, 'not NDJSON|reports an error|not an object', false],
    ['redirect-elsewhere', 'key', PERMITS, 'sent us elsewhere', false],
    ['unauthorized', 'key', PERMITS, 'refused the credentials', false],
    ['server-error', 'key', PERMITS, 'error of its own', true],
    ['down', 'key', PERMITS, 'broke the connection', true],
  ] as const)('%s (%s) is an error in words', async (kind, sign, request, words, retryable) => {
    departments.faults.set({ kind })
    await expect(read(sign, request)).rejects.toMatchObject({
      name: 'TidemarkError',
      retryable,
      publicMessage: expect.stringMatching(words),
    })
  })

  it.each([
    ['[{"a":1},{"a":', 'application/json', { format: 'json' }, 'cut off'],
    ['{"data":{"items":[{"a":1}', 'application/json', { format: 'json', records: 'data.items' }, 'cut off'],
    ['{"a":1}\n{"a":', 'application/x-ndjson', { format: 'ndjson' }, 'cut off'],
    ['a,b\n1,"x', 'text/csv', { format: 'csv' }, 'cut off'],
    ['{"data":{}}', 'application/json', { format: 'json', records: 'data.items' }, 'nothing at data.items'],
    ['{"data":{"items":0}}', 'application/json', { format: 'json', records: 'data.items' }, 'not a list'],
    ['{"data":null}', 'application/json', { format: 'json', records: 'data.items' }, 'nothing at data.items'],
    ['{"data":{"items":{"x":1}}}', 'application/json', { format: 'json', records: 'data.items' }, 'an object, not a list'],
    ['{}', 'application/json', { format: 'json' }, 'an object, not a list'],
    ['{"rows":{}}', 'application/json', { format: 'json', records: 'rows' }, 'rows is an object, not a list'],
    ['[1]', 'application/json', { format: 'json' }, 'row 1 is not an object'],
    ['[{"a":1}] trailing', 'application/json', { format: 'json' }, 'not JSON'],
    ['<?xml version="1.0"?><fault/>', 'application/json', { format: 'json' }, 'web page or XML'],
    ['{"data":[],"data":[{"a":1}]}', 'application/json', { format: 'json', records: 'data' }, 'holds data twice'],
    ['a,a\n1,2\n', 'text/csv', { format: 'csv' }, 'two columns are called "a"'],
    ['a,\n1,2\n', 'text/csv', { format: 'csv' }, 'column 2 has no name'],
    ['a,b\n1', 'text/csv', { format: 'csv' }, 'cut off'],
    ['a,b\n1,2\n', 'text/csv', { format: 'csv', columns: ['a', 'c'] }, '"c" is missing'],
    ['a\nx"y"z,"\n', 'text/csv', { format: 'csv' }, 'cut off|quotes'],
    ['{"a":1}\nnot json\n{"a":2}\n', 'application/x-ndjson', { format: 'ndjson' }, 'line 2 is not JSON'],
    ['{"a":1}\n{"error":"the database went away","code":17}\n', 'application/x-ndjson', { format: 'ndjson' }, 'line 2 reports an error'],
    ['{"data":[],"errors":[{"message":"x"}]}', 'application/json', { format: 'json', records: 'data' }, 'error beside its rows'],
    [
      '{"data":[{"a":1}],"meta":{}}',
      'application/json',
      { format: 'json', records: 'data', total: 'meta.total' },
      'no number at meta.total',
    ],
    [
      '{"data":[{"a":1}],"next":"/hook/?"}',
      'application/json',
      { format: 'json', records: 'data', paging: { by: 'link', next: 'next', pagesMax: 3 } },
      'same rows|read already',
    ],
    [
      '{"data":[{"a":1}],"next":{"href":"/hook/2"}}',
      'application/json',
      { format: 'json', records: 'data', paging: { by: 'link', next: 'next' } },
      'not an address',
    ],
    [
      '{"data":[{"a":1},{"a":2}],"meta":{"next":"c2"}}',
      'application/json',
      { format: 'json', records: 'data', paging: { by: 'cursor', next: 'next', size: 2 } },
      'nothing at next tells of a second',
    ],
    ['[{"a":1},{"a":2}]', 'application/json', { format: 'json', paging: { by: 'link', size: 2 } }, 'nothing at its Link header'],
  ] as const)('%j is refused', async (body, contentType, request, words) => {
    other.behave((response) => response.setHeader('content-type', contentType).end(body))
    const reading = Array.fromAsync(http.extract(world.connected({ baseUrl: other.url }), { ...request }))
    await expect(reading).rejects.toMatchObject({ name: 'TidemarkError', publicMessage: expect.stringMatching(words) })
  })

  it.each([
    ['{"data":[{"a":1}]}', { by: 'cursor', next: 'next', size: 2 }],
    ['{"data":[{"a":1},{"a":2}],"next":null}', { by: 'cursor', next: 'next', size: 2 }],
    ['{"data":[{"a":1},{"a":2}]}', { by: 'cursor', next: 'next' }],
    ['{"data":[{"a":1},{"a":2}],"total":2}', { by: 'link', next: 'next', size: 2 }],
  ])('%j may be the only page', async (body, paging) => {
    other.behave((response) => response.setHeader('content-type', 'application/json').end(body))
    const request = { format: 'json', records: 'data', paging, ...(body.includes('total') ? { total: 'total' } : {}) }
    const rows = await Array.fromAsync(http.extract(world.connected({ baseUrl: other.url }), request))
    expect(rows.length).toBeGreaterThan(0)
  })

  it('pages without end are ended', async () => {
    let page = 0
    other.behave((response) => {
      page += 1
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ items: [{ page }], next: `c${page}` }))
    })
    const request = { format: 'json', records: 'items', paging: { by: 'cursor', next: 'next', pagesMax: 7 } }
    await expect(Array.fromAsync(http.extract(world.connected({ baseUrl: other.url }), request))).rejects.toMatchObject({
      publicMessage: expect.stringContaining('more than 7 pages'),
    })
    expect(page).toBe(7)
  })

  it('`error: null` beside the rows is no error, and no page beyond the last is none either', async () => {
    other.behave((response, { path }) =>
      path.includes('page=1')
        ? response.setHeader('content-type', 'application/json').end('{"error":null,"errors":[],"data":[{"a":1}]}')
        : response.writeHead(404).end(),
    )
    const request = { format: 'json', records: 'data', paging: { by: 'page' } }
    expect(await Array.fromAsync(http.extract(world.connected({ baseUrl: other.url }), request))).toEqual([{ a: 1 }])
  })

  it('a later page is asked for again, after the time the server wants; the first is not', async () => {
    departments.faults.set({ kind: 'later-page-fails' }, 2)
    expect(await read('key', PERMITS)).toEqual(rowsOf('parking/permits'))
    expect(clock.waits).toEqual([1000, 2000])
    departments.faults.set({ kind: 'later-page-fails' })
    await expect(read('key', PERMITS)).rejects.toMatchObject({ retryable: true })
    other.behave((response, { path }) =>
      path.includes('page=1')
        ? response.setHeader('content-type', 'application/json').end('[{"a":1}]')
        : answerWith(429, { 'retry-after': '600' })(response),
    )
    clock.waits.length = 0
    const patient = http.extract(world.connected({ baseUrl: other.url }), { format: 'json', paging: { by: 'page' } })
    await expect(Array.fromAsync(patient)).rejects.toMatchObject({ retryable: true, retryAfterMs: 600_000 })
    expect(clock.waits).toEqual([])
    departments.faults.set({ kind: 'too-many-requests', retryAfter: '7' })
    await expect(read('key', PERMITS)).rejects.toMatchObject({ retryable: true, retryAfterMs: 7000 })
  })
})
