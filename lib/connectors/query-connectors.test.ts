import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Campus, startCampus } from '#demo/campus/campus.ts'
import type { FaultKind, FaultOptions, System } from '#demo/campus/faults.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { silentLog } from '#lib/platform/log.ts'
import { openCampusConnection } from '#lib/testing/catalogues/campus-connections.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import { UNTRUSTED } from '#lib/testing/servers/untrusted-certificate.ts'
import csToolsConnector from './cs-tools.ts'
import peoplesoftConnector from './peoplesoft.ts'

const csTools = askOnce(csToolsConnector)
const peoplesoft = askOnce(peoplesoftConnector)

const clock = new FakeClock('2026-11-20T07:00:00Z')
const signal = new AbortController().signal
let campus: Campus
let receiver: HttpReceiver
beforeAll(async () => {
  campus = await startCampus({ clock, peopleCount: 300, coursesPerTerm: 1 })
  receiver = await startHttpReceiver()
})
afterAll(async () => {
  await campus.close()
  await receiver.close()
})
afterEach(() => {
  campus.control.faults.clear()
  campus.control.restore()
})

const SYSTEM_OF: Record<string, System> = { peoplesoft: 'peoplesoft', cs_tools: 'cs-tools' }
const names = Object.keys(SYSTEM_OF)
const open = (name: string, more = {}) => openCampusConnection(campus, name, { clock, signal }, more)
const rowsOf = async (name: string, request: Record<string, unknown>, more = {}) =>
  (await Array.fromAsync(open(name, more).extract(request))).map((row) => Object(row))
const misbehave = (name: string, kind: FaultKind, options: FaultOptions = {}) =>
  campus.control.faults.set(SYSTEM_OF[name] ?? 'peoplesoft', kind, options)
const termsOf = (buid: string) => ({ query: 'BU_TERM_STD_FULL_TERM', prompts: { BUID: buid } })

describe('both query services', () => {
  it.each([{ query: 'BU_TERM_QRY' }, { query: 'BU_PARM_0216_QRY' }, termsOf('U90000001'), { path: 'BU_PARM_ENRL_DORM_QRY' }])(
    'give the same rows for %o',
    async (request) => {
      const [old, newer] = await Promise.all(names.map((name) => rowsOf(name, request)))
      expect(old?.length).toBeGreaterThan(0)
      expect(newer).toEqual(old)
    },
  )
})

describe.each(names)('queries of people from %s', (name) => {
  it('name every student, some more than once', async () => {
    const rows = await rowsOf(name, { query: 'BU_PARM_0216_QRY' })
    const students = [...campus.people.of('student')].map((index) => `U${90_000_001 + index}`)
    expect([...new Set(rows.map((row) => row.CAMPUS_ID))]).toEqual(students)
    expect(rows.length).toBeGreaterThan(students.length)
  })

  it('give the terms of one person, and none for a stranger', async () => {
    const index = [...campus.people.of('student')].find((one) => campus.people.termRows(one).length > 2) ?? -1
    const rows = await rowsOf(name, termsOf(`U${90_000_001 + index}`))
    expect(rows.map(({ 'attr:rownumber': _number, ...row }) => row)).toEqual(campus.people.termRows(index))
    expect(rows.map((row) => row['attr:rownumber'])).toEqual(rows.map((_, place) => place + 1))
    expect(await rowsOf(name, termsOf('U10000001'))).toEqual([])
    const teacher = [...campus.people.of('faculty')][0] ?? -1
    const taught = await rowsOf(name, { query: 'BU_FACULTY_GET', prompts: { EMPLID: `U${90_000_001 + teacher}` } })
    expect(taught).toMatchObject(campus.people.facultyTerms(teacher))
  })

  it('fail for the same few people again and again, without naming them', async () => {
    misbehave(name, 'fails-for-some', { share: 0.1 })
    const outcome = async (buid: string) =>
      rowsOf(name, termsOf(buid)).then(
        () => null,
        (error: unknown) => error,
      )
    const buids = Array.from({ length: 100 }, (_, place) => `U${90_000_001 + place}`)
    const errors = new Map<string, unknown>()
    for (const buid of buids) {
      const error = await outcome(buid)
      if (error !== null) errors.set(buid, error)
    }
    expect(errors.size).toBeGreaterThan(2)
    expect(errors.size).toBeLessThan(25)
    for (const [buid, error] of errors) {
      expect(error).toMatchObject({ code: 'unavailable', retryable: true })
      expect(toInternalMessage(error)).not.toContain(buid)
      expect(await outcome(buid)).not.toBeNull()
    }
    campus.control.faults.clear()
    for (const buid of errors.keys()) expect(await outcome(buid)).toBeNull()
  })

  it('are refused in words when the query or its prompts are wrong', async () => {
    for (const request of [
      { query: 'NO_SUCH_QUERY' },
      { query: 'BU_TERM_STD_FULL_TERM' },
      { query: 'BU_TERM_QRY', prompts: { BUID: 'U90000001' } },
    ]) {
      const error: unknown = await rowsOf(name, request).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ name: 'TidemarkError' })
      expect(toInternalMessage(error)).not.toContain('U90000001')
    }
    await expect(rowsOf(name, {})).rejects.toThrow('name the query')
    await expect(rowsOf(name, { query: 'A/../B' })).rejects.toThrow('not the name of a query')
  })

  it.each<[FaultKind, string, boolean]>([
    ['error-in-200', 'error', false],
    ['cut-body', 'broke the connection in the middle', true],
    ['too-many-requests', 'come back later', true],
    ['server-error', 'HTTP 503', true],
    ['html-page', 'a web page or XML', false],
    ['xml-fault-in-200', 'a web page or XML', false],
    ['redirect-elsewhere', 'sent us elsewhere', false],
    ['down', 'before it answered', true],
  ])('throw when the service does this: %s', async (kind, words, retryable) => {
    misbehave(name, kind)
    const isUnsure = kind === 'error-in-200' && name === 'cs_tools'
    await expect(rowsOf(name, { query: 'BU_TERM_QRY' })).rejects.toMatchObject({
      retryable: isUnsure || retryable,
      publicMessage: expect.stringContaining(words),
    })
  })

  it('are watched by their rows, each alone', async () => {
    const asset = { key: `${name}/BU_PARM_0216_QRY`, path: 'BU_PARM_0216_QRY', settings: {}, previous: null }
    const [first] = (await Array.fromAsync(open(name).observe([asset]))).map((seen) => Object(seen))
    const before = clock.now()
    expect(first).toMatchObject({ ok: true, readings: [{ clock: 'writtenAt', at: before }] })
    await clock.advance(1000)
    const probe = async (path: string) =>
      Object((await Array.fromAsync(open(name).observe([{ ...asset, path, previous: first.state }])))[0])
    expect(await probe('BU_PARM_0216_QRY')).toMatchObject({ readings: [{ at: before }] })
    campus.control.people.remove({ count: 3 })
    expect(await probe('BU_PARM_0216_QRY')).toMatchObject({ readings: [{ at: clock.now() }] })
    expect(await probe('NO_SUCH')).toMatchObject({ ok: false })
  })
})

describe('the newer query endpoint', () => {
  const ask = (url: string) => {
    const settings = csTools.settings.parse({ url, key: 'secret-key' })
    return Array.fromAsync(csTools.extract({ key: 'cs', settings, clock, log: silentLog, signal }, termsOf('U90000001')))
  }

  it('is asked as documented', async () => {
    receiver.behave((response) => response.end('{"data":[]}'))
    expect(await ask(receiver.url)).toEqual([])
    const body = { query_name: 'BU_TERM_STD_FULL_TERM', prompt_names: ['BUID'], prompt_values: ['U90000001'] }
    expect(receiver.requests.at(-1)).toMatchObject({ method: 'POST', headers: { 'x-api-key': 'secret-key' } })
    expect(JSON.parse(receiver.requests.at(-1)?.body ?? '')).toEqual(body)
  })

  it.each([
    '{}',
    '{"data":null}',
    '{"data":{}}',
    '{"data":{"a":1}}',
    '{"data":[1]}',
    '[]',
    '{"errors":["x"],"data":[]}',
    '{"error":"U90000001"}',
  ])('is not believed when it answers %s', async (body) => {
    receiver.behave((response) => response.end(body))
    await expect(ask(receiver.url)).rejects.toMatchObject({ name: 'TidemarkError', message: expect.not.stringContaining('U9') })
  })

  it('gets no key before its certificate is proven, and none is ever carried to another host', async () => {
    const { createServer } = await import('node:https')
    let asked = 0
    const server = createServer(UNTRUSTED, (_request, response) => {
      asked += 1
      response.end('{"data":[]}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    await expect(ask(`https://localhost:${port}/api`)).rejects.toMatchObject({
      code: 'refused',
      publicMessage: expect.stringContaining('certificate'),
    })
    expect(asked).toBe(0)
    server.close()
    const elsewhere = await startHttpReceiver()
    receiver.behave((response) => response.writeHead(307, { location: elsewhere.url }).end())
    await expect(ask(receiver.url)).rejects.toMatchObject({ publicMessage: expect.stringContaining('sent us elsewhere') })
    expect(elsewhere.requests).toEqual([])
    await elsewhere.close()
  })
})

describe('PeopleSoft', () => {
  async function read(body: string): Promise<unknown[]> {
    receiver.behave((response) => response.end(body))
    const settings = peoplesoft.settings.parse({ baseUrl: new URL(receiver.url).origin, user: 'u', password: 'p' })
    return Array.fromAsync(peoplesoft.extract({ key: 'ps', settings, clock, log: silentLog, signal }, { query: 'Q' }))
  }
  const answer = (inside: string) => `{"status":"success","data":{"query":{${inside}}}}`

  it('may name the query with or without the odd sign, count or not, and put the status last', async () => {
    expect(await read(answer('"numrows":1,"queryname=":"Q","rows":[{"A":1}]'))).toEqual([{ A: 1 }])
    expect(await read(answer('"rows":[{"A":1}],"queryname":"Q","numrows":"1"'))).toEqual([{ A: 1 }])
    expect(await read('{"data":{"query":{"rows":[]}},"status":"success"}')).toEqual([])
  })

  it.each([
    ['{"status":"error","data":{"query":{"rows":[]}}}', 'the query did not succeed'],
    ['{"data":{"query":{"rows":[]}}}', 'the query did not succeed'],
    [answer('"numrows":2,"rows":[{"A":1}]'), 'it announces 2 rows and holds 1'],
    [answer('"queryname=":"OTHER","rows":[]'), 'another query, OTHER'],
    [answer('"numrows":0'), 'it holds no rows'],
    [answer('"rows":null'), 'it holds no rows'],
    [answer('"rows":{}'), 'it holds no rows'],
    [answer('"rows":{"A":1}'), 'its rows are not a list'],
    [answer('"rows":[1]'), 'row 1 is not a row'],
    ['{"status":"success"}', 'it holds no rows'],
    ['plain words', 'is not JSON'],
  ])('is not believed when it answers %s', async (body, words) => {
    await expect(read(body)).rejects.toMatchObject({ code: 'refused', publicMessage: expect.stringContaining(words) })
  })

  it('that stops in the middle of its rows throws after those that came', async () => {
    await expect(read('{"status":"success","data":{"query":{"rows":[{"A":1},{"A"')).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
  })

  it('repeats the broker’s words without the account and without what looks like an id', async () => {
    const words = 'User u may not run this for U90000001 or 12345678'
    const body = `<?xml version="1.0"?><IBResponse type="error"><MessageID>536</MessageID><DefaultMessage>${words}</DefaultMessage></IBResponse>`
    await expect(read(body)).rejects.toMatchObject({
      code: 'refused',
      publicMessage: expect.stringMatching(/: The account may not run this for … or …$/),
    })
  })
})
