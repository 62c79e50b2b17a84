import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { type Snowflake, startSnowflake } from './snowflake.ts'

let standIn: Snowflake
beforeAll(async () => {
  standIn = await startSnowflake({ clock: new FakeClock('2026-11-20T07:00:00Z') })
})
afterAll(() => standIn.close())

const statement = { statement: 'select current_role() as ROLE', timeout: 10, parameters: {} }

function ask(path: string, { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {}): Promise<Response> {
  return fetch(`${standIn.url}/api/v2/statements${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${standIn.accessToken}`, 'user-agent': 'test/1.0', 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

describe('the stand-in for Snowflake', () => {
  it('answers at once unless asked not to, and tells a handle', async () => {
    const answer = await ask('', { body: statement })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      code: '090001',
      resultSetMetaData: { format: 'jsonv2', numRows: 1, rowType: [{ name: 'ROLE', type: 'text' }] },
      data: [['PROBE_RO']],
    })
    const later = await ask('?async=true', { body: statement })
    expect(later.status).toBe(202)
    expect(await later.json()).toMatchObject({ code: '333334', statementHandle: expect.any(String) })
  })

  it('begins the statement of a request that comes again once', async () => {
    const requestId = randomUUID()
    const handles = ['', '&retry=true'].map(async (more) => {
      const answer = await ask(`?async=true&requestId=${requestId}${more}`, { body: statement })
      return Reflect.get((await answer.json()) as object, 'statementHandle')
    })
    const [first, second] = [await handles[0], await handles[1]]
    expect(second).toBe(first)
  })

  it.each([
    ['without credentials', '', { body: statement, headers: { authorization: '' } }, 401, '390101'],
    ['with a token that nobody signed', '', { body: statement, headers: { authorization: 'Bearer a.b.c' } }, 401, '390144'],
    ['without a name of the caller', '', { body: statement, headers: { 'user-agent': 'x' } }, 400, '391903'],
    ['a form', '', { body: statement, headers: { 'content-type': 'text/plain' } }, 415, '391902'],
    ['something else', '', { body: {} }, 400, '390142'],
    ['two statements', '', { body: { ...statement, statement: 'select 1; select 2' } }, 422, '000008'],
    ['what it does not understand', '', { body: { ...statement, statement: 'select 1' } }, 422, '001003'],
    ['to change its session', '', { body: { ...statement, statement: 'use role other' } }, 422, '391911'],
    ['after a statement nobody began', '/01b2-nothing', {}, 404, '390110'],
  ])('asked %s says so in Snowflake’s way', async (_what, path, request, status, code) => {
    const answer = await ask(path, request)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ code, message: expect.any(String) })
  })

  it('sends later parts compressed, and says where the others are', async () => {
    standIn.control.rowsPerPartition = 2
    const body = { ...statement, statement: 'select * from raw.orders limit 5', warehouse: standIn.warehouse }
    const first = await ask('', { body })
    const { statementHandle } = (await first.json()) as { statementHandle: string }
    const last = await ask(`/${statementHandle}?partition=2`)
    expect(last.headers.get('content-encoding')).toBe('gzip')
    expect(await last.json()).toEqual({ data: [['5', 'orders 5', expect.any(String)]] })
    expect(first.headers.get('link')).toContain(`partition=1>; rel="next"`)
    expect((await ask(`/${statementHandle}?partition=3`)).status).toBe(400)
  })
})
