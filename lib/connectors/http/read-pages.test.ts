import { describe, expect, it } from 'vitest'
import { DATASETS, type DatasetName } from '#demo/campus/departments/datasets.ts'
import httpConnector from '#lib/connectors/http.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { departmentWorld, DEPARTMENTS_NOW as now, type SignIn } from '#lib/testing/worlds/department-world.ts'

const http = askOnce(httpConnector)

const world = await departmentWorld()
const { departments, other } = world

const read = (sign: SignIn, request: Record<string, unknown>) => Array.fromAsync(http.extract(world.connected(world.signIn(sign)), request))
const rowsOf = (name: DatasetName) => DATASETS[name].rows(now)
const asText = (rows: readonly object[]) =>
  rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value === null ? '' : String(value)])))

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

describe('reading', () => {
  it.each([
    ['by page', 'parking/permits', 'key', PERMITS],
    ['by offset', 'facilities/work-orders', 'key', ORDERS],
    ['by cursor', 'it/tickets', 'bearer', TICKETS],
    [
      'by cursor, pages as they come',
      'health/appointments',
      'bearer',
      { path: 'health/appointments', format: 'json', records: 'items', paging: { by: 'cursor', next: 'next_cursor' } },
    ],
    ['by links', 'bookstore/adoptions', 'basic', ADOPTIONS],
    ['at once', 'housing/rooms', 'none', { path: 'housing/rooms', format: 'json', records: 'data.rooms' }],
    ['line by line', 'dining/transactions', 'bearer', { path: 'dining/transactions', format: 'ndjson' }],
    ['line by line, weekly', 'research/grants', 'none', { path: 'research/grants', format: 'ndjson' }],
  ] as const)('%s brings every row of %s once', async (_how, name, sign, request) => {
    expect(await read(sign, request)).toEqual(rowsOf(name))
  })

  it.each([
    ['athletics/tickets', 'none', {}],
    ['alumni/addresses', 'basic', { delimiter: ';', columns: ['alumni_id', 'city'] }],
  ] as const)('CSV brings every row of %s as text', async (name, sign, more) => {
    expect(await read(sign, { path: name, format: 'csv', ...more })).toEqual(asText(rowsOf(name)))
  })

  it('a total that is reached ends the pages; without one an empty page does', async () => {
    const before = departments.requests()
    await read('key', PERMITS)
    expect(departments.requests() - before).toBe(5)
    expect(await read('key', { ...PERMITS, total: undefined })).toHaveLength(1200)
    expect(departments.requests() - before).toBe(11)
  })

  it('a server that makes its pages smaller than asked for loses nothing', async () => {
    expect(await read('key', { ...PERMITS, total: undefined, paging: { by: 'page', size: 900 } })).toEqual(rowsOf('parking/permits'))
    expect(await read('key', { ...ORDERS, total: undefined, paging: { by: 'offset', size: 5000 } })).toEqual(
      rowsOf('facilities/work-orders'),
    )
  })

  it('passes a query on, beside one in the path', async () => {
    other.behave((response) => response.setHeader('content-type', 'application/json').end('[]'))
    await Array.fromAsync(
      http.extract(world.connected({ baseUrl: other.url }), { path: 'x?a=1', query: { b: 'ü&', c: 2, d: true }, format: 'json' }),
    )
    expect(other.requests.at(-1)?.path).toBe('/hook/x?a=1&b=%C3%BC%26&c=2&d=true')
  })

  it('may stop in the middle', async () => {
    for await (const row of http.extract(world.connected(world.signIn('key')), PERMITS)) {
      expect(row).toEqual(rowsOf('parking/permits')[0])
      break
    }
  })

  it('keeps every digit', async () => {
    other.behave((response) => response.setHeader('content-type', 'application/json').end('[{"id":12345678901234567890.123}]'))
    const rows = await Array.fromAsync(http.extract(world.connected({ baseUrl: other.url }), { format: 'json' }))
    expect(JSON.stringify(rows)).toBe('[{"id":12345678901234567890.123}]')
  })
})

describe('what may be asked for', () => {
  const problems = (request: object) =>
    (http.extractRequest?.safeParse(request).error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`)

  it.each([
    [{ format: 'xml' }, 'format'],
    [{ format: 'json', delimiter: ';' }, 'delimiter belongs to CSV'],
    [{ format: 'csv', records: 'data' }, 'records belongs to JSON'],
    [{ format: 'csv', header: false }, 'columns are missing'],
    [{ format: 'csv', total: 'meta.total' }, 'total stands in JSON only'],
    [{ format: 'ndjson', paging: { by: 'cursor', next: 'next' } }, 'paging.next stands in JSON only'],
    [{ format: 'json', records: 'data..items' }, 'records is not a path'],
    [{ format: 'json', paging: { by: 'scroll' } }, 'by: page, offset, cursor or link'],
    [{ format: 'json', paging: { by: 'offset' } }, 'paging.size'],
    [{ format: 'json', encoding: 'latin1' }, 'encoding is not needed'],
  ])('%j is refused before anything is sent', (request, words) => {
    expect(problems(request).join('; ')).toContain(words)
  })

  it.each(['../../control', 'http://elsewhere.invalid/x', '//elsewhere.invalid/x'])(
    '%s never leaves the address of the connection',
    async (path) => {
      const answer = read('key', { path, format: 'json' })
      await expect(answer).rejects.toMatchObject({ code: expect.stringMatching(/invalid|not-found/) })
    },
  )

  it('a neighbour whose address only begins like that of the connection is not below it', async () => {
    const before = other.requests.length
    const reading = Array.fromAsync(http.extract(world.connected({ baseUrl: other.url }), { path: '../hook-of-others', format: 'json' }))
    await expect(reading).rejects.toMatchObject({ code: 'invalid' })
    expect(other.requests).toHaveLength(before)
  })

  it.each([
    [{ auth: 'basic', user: 'u' }, 'password is missing'],
    [{ auth: 'bearer' }, 'token is missing'],
    [{ auth: 'header', token: 't' }, 'header is missing'],
    [{ token: 't' }, 'token is not used with auth: none'],
    [{ baseUrl: 'ftp://x' }, 'baseUrl must be an address'],
    [{ baseUrl: 'https://u:p@x.example' }, 'baseUrl holds a user'],
  ])('settings with %j are refused', (more, words) => {
    const parsed = http.settings.safeParse({ baseUrl: 'https://x.example', ...more })
    expect(parsed.error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')).toContain(words)
  })
})
