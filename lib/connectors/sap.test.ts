import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Campus, startCampus } from '#demo/campus/campus.ts'
import type { FaultKind } from '#demo/campus/faults.ts'
import { silentLog } from '#lib/platform/log.ts'
import { openCampusConnection } from '#lib/testing/catalogues/campus-connections.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import type { ObservedAsset } from './kit/connector.ts'
import sapConnector from './sap.ts'

const sap = askOnce(sapConnector)

const clock = new FakeClock('2026-11-20T07:00:00Z')
const signal = new AbortController().signal
let campus: Campus
beforeAll(async () => {
  campus = await startCampus({ clock, peopleCount: 400, coursesPerTerm: 1, dripMs: 1 })
})
afterAll(() => campus.close())
afterEach(() => {
  campus.control.faults.clear()
  campus.control.restore()
})

const open = (name = 'sap', more = {}) => openCampusConnection(campus, name, { clock, signal }, more)
const LIST = { bapi: 'Z_HR_EMPLOYEE_OBJ_LIST', account: 'HR', table: 'ET_EMP_LIST' }
const rowsOf = async (request: Record<string, unknown> = LIST, name = 'sap', more = {}) =>
  (await Array.fromAsync(open(name, more).extract(request))).map((row) => Object(row))
const asset = (path: string, more: Partial<ObservedAsset> = {}): ObservedAsset => ({
  key: `sap/${path}`,
  path,
  settings: {},
  previous: null,
  ...more,
})
const probe = async (name: string, one: ObservedAsset) => Object((await Array.fromAsync(open(name).observe([one])))[0])

describe('a function module through the gateway', () => {
  it('gives the rows of its table, those who left and those without an id among them', async () => {
    const rows = await rowsOf()
    const active = new Set(rows.filter((row) => row.EMP_STATUS === '3 - Active' && row.BUID !== '').map((row) => row.BUID))
    expect(active.size).toBe([...campus.people.of('employee')].length)
    expect(rows.some((row) => row.EMP_STATUS === '0 - Withdrawn')).toBe(true)
    expect(rows.some((row) => row.BUID === '')).toBe(true)
  })

  it('may be named by its asset alone, as a flow without code does', async () => {
    expect(await rowsOf({ path: 'Z_HR_EMPLOYEE_OBJ_LIST', account: 'HR', table: 'ET_EMP_LIST' })).toEqual(await rowsOf())
    await expect(rowsOf({ path: 'Z_HR_EMPLOYEE_OBJ_LIST' })).rejects.toMatchObject({
      code: 'invalid',
      publicMessage: expect.stringContaining('"table"'),
    })
    await expect(rowsOf({ table: 'T' })).rejects.toMatchObject({ code: 'invalid', publicMessage: expect.stringContaining('"bapi"') })
  })

  it.each([
    ['an error in RETURN of a 200', { bapi: 'NO_SUCH', table: 'T' }, 'reports an error instead of rows (error ZHR 000)'],
    ['an abort in a list of them', { ...LIST, account: 'XX' }, 'reports an error instead of rows (abort ZHR 000)'],
    ['a table that is not there', { ...LIST, table: 'ET_OTHER' }, 'the table ET_OTHER is missing'],
  ])('throws on %s', async (_what, request, words) => {
    await expect(rowsOf(request)).rejects.toMatchObject({ code: 'refused', publicMessage: expect.stringContaining(words) })
  })

  it.each<[FaultKind, string, string, boolean]>([
    ['error-in-200', 'refused', 'reports an error instead of rows', false],
    ['missing-table', 'refused', 'the table ET_EMP_LIST is missing', false],
    ['cut-body', 'unavailable', 'broke the connection in the middle', true],
    ['unauthorized', 'refused', 'refused the credentials (HTTP 403)', false],
    ['unauthorized-as-404', 'not-found', 'some systems say so to wrong credentials', false],
    ['too-many-requests', 'unavailable', 'come back later', true],
    ['server-error', 'unavailable', 'HTTP 503', true],
    ['html-page', 'refused', 'a web page or XML', false],
    ['xml-fault-in-200', 'refused', 'a web page or XML', false],
    ['redirect-elsewhere', 'refused', 'sent us elsewhere', false],
    ['down', 'unavailable', 'before it answered', true],
    ['slow-answer', 'timeout', 'did not begin to answer', true],
  ])('when it does this: %s, ends as %s in words: %s', async (kind, code, words, retryable) => {
    campus.control.faults.set('sap', kind, { delayMs: 30_000 })
    const more = kind === 'slow-answer' ? { timeoutMs: 250 } : {}
    await expect(rowsOf(LIST, 'sap', more)).rejects.toMatchObject({ code, retryable, publicMessage: expect.stringContaining(words) })
  })

  it('an empty table is an answer', async () => {
    campus.control.faults.set('sap', 'empty-answer')
    expect(await rowsOf()).toEqual([])
  })

  it('takes RETURN before the table, a list around everything, and nothing else for rows', async () => {
    const receiver = await startHttpReceiver()
    const read = async (body: string) => {
      receiver.behave((response) => response.setHeader('content-type', 'application/json').end(body))
      const settings = sap.settings.parse({ url: receiver.url, key: 'k' })
      return Array.fromAsync(
        sap.extract({ key: 'sap', settings, clock, log: silentLog, signal }, { ...LIST, input: { IV_DATE: '20261120' } }),
      )
    }
    expect(await read('[{"RETURN":[{"TYPE":"W"},{"TYPE":"S"}],"ET_EMP_LIST":[{"BUID":"x","N":12345678901234567890}]}]')).toHaveLength(1)
    expect(receiver.requests[0]).toMatchObject({ path: '/hook?BAPIName=Z_HR_EMPLOYEE_OBJ_LIST&account=HR', body: '{"IV_DATE":"20261120"}' })
    for (const body of [
      '{"ET_EMP_LIST":[1]}',
      '{"ET_EMP_LIST":{"BUID":"x"}}',
      '{"ET_EMP_LIST":{}}',
      '{"ET_EMP_LIST":null}',
      '{"message":"ok"}',
      '[]',
      '"x"',
    ])
      await expect(read(body), body).rejects.toMatchObject({ code: 'refused' })
    await expect(read('{"ET_EMP_LIST":[{"BUID":"U90000001"}')).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    await receiver.close()
  })
})

describe.each(['sap_odata2', 'sap_odata4'])('an OData service (%s)', (name) => {
  it('is read page by page to its end', async () => {
    const rows = await rowsOf({ entitySet: 'EmployeeSet' }, name)
    expect(rows).toHaveLength((await rowsOf()).length)
    expect(new Set(rows.map((row) => row.PERNR)).size).toBe(rows.length)
    expect(campus.control.requests('sap')).toBeGreaterThan(rows.length / 20)
  })

  it('filters, selects and orders', async () => {
    const first = (await rowsOf(LIST)).find((row) => row.EMP_STATUS === '0 - Withdrawn') ?? {}
    const request = { path: 'EmployeeSet', filter: `BUID eq '${first.BUID}'`, select: ['PERNR', 'AEDTM'] }
    expect(await rowsOf(request, name)).toEqual([{ PERNR: first.PERNR, AEDTM: expect.any(String) }])
    expect(await rowsOf({ path: 'EmployeeSet', orderBy: 'AEDTM desc', top: 3 }, name)).toHaveLength(3)
    const malformed = rowsOf({ path: 'EmployeeSet', filter: 'BUID is U90000001' }, name)
    await expect(malformed).rejects.toMatchObject({ code: 'refused', publicMessage: expect.stringContaining('Malformed filter') })
  })

  it.each<[FaultKind, string, string]>([
    ['half-the-rows', 'refused', 'so it is not complete'],
    ['next-elsewhere', 'refused', 'next page is on another host'],
    ['error-in-200', 'refused', 'ZHR/001 The selection failed'],
    ['error-document', 'refused', 'ZFI/016 No data found for selection'],
    ['unauthorized', 'refused', 'refused the credentials (HTTP 401)'],
    ['html-page', 'refused', 'a web page or XML'],
    ['xml-fault-in-200', 'refused', 'a web page or XML'],
    ['cut-body', 'unavailable', 'broke the connection in the middle'],
    ['too-many-requests', 'unavailable', 'come back later'],
  ])('when it does this: %s, ends as %s in words: %s', async (kind, code, words) => {
    campus.control.faults.set('sap', kind)
    await expect(rowsOf({ path: 'EmployeeSet' }, name)).rejects.toMatchObject({ code, publicMessage: expect.stringContaining(words) })
  })

  it('says which entity set it does not know, and lists those it has', async () => {
    await expect(rowsOf({ path: 'Nobody' }, name)).rejects.toMatchObject({
      code: 'not-found',
      publicMessage: expect.stringContaining("segment 'Nobody'"),
    })
    expect(await open(name).check()).toMatchObject({ ok: true, detail: expect.stringContaining('1 entity sets') })
    expect(await open(name, { user: 'X', password: 'wrong', key: undefined }).check()).toMatchObject({
      ok: false,
      detail: expect.stringContaining('refused the credentials'),
    })
  })

  it('is watched by its newest change, or by the number of its rows', async () => {
    const changedOn = name === 'sap_odata2' ? 'AEDTM' : 'ChangedAt'
    campus.control.people.change({ buids: ['U90000001', 'U90000006'] }, 'position')
    expect(await probe(name, asset('EmployeeSet', { settings: { changedOn } }))).toMatchObject({
      ok: true,
      readings: [{ clock: 'dataThroughAt' }],
    })
    const first = await probe(name, asset('EmployeeSet'))
    expect(first).toMatchObject({
      ok: true,
      rows: (await rowsOf()).length,
      readings: [{ clock: 'writtenAt', at: clock.now() }],
      evidence: { method: 'count' },
    })
    const before = clock.now()
    await clock.advance(1000)
    expect(await probe(name, asset('EmployeeSet', { previous: first.state }))).toMatchObject({ readings: [{ at: before }] })
    campus.control.people.remove({ count: 40 })
    expect(await probe(name, asset('EmployeeSet', { previous: first.state }))).toMatchObject({ readings: [{ at: clock.now() }] })
  })
})

describe('values of OData', () => {
  it('are written as people write them, and without what only the protocol needs', async () => {
    const [row] = await rowsOf({ path: 'EmployeeSet', top: 1 }, 'sap_odata2')
    expect(row).toMatchObject({
      AEDTM: expect.stringMatching(/^\d{4}-\d\d-\d\dT00:00:00$/),
      ChangedOn: expect.stringMatching(/T00:00:00Z$/),
      Salary: '1000.00',
    })
    expect(Object.keys(row)).not.toContain('__metadata')
    expect(Object.keys(row)).not.toContain('Positions')
    const [four] = await rowsOf({ path: 'EmployeeSet', top: 1 }, 'sap_odata4')
    expect(Object.keys(four).filter((key) => key.includes('@'))).toEqual([])
  })
})

describe('SAP', () => {
  it('gets in, or says why not, and never with the key', async () => {
    expect(await open().check()).toMatchObject({ ok: true })
    const wrong = await open('sap', { key: 'wrong-key' }).check()
    expect(wrong).toMatchObject({ ok: false, detail: expect.stringContaining('refused the credentials') })
    expect(wrong.detail).not.toContain('wrong-key')
    expect(await open('sap', { checkBapi: 'NO_SUCH' }).check()).toMatchObject({ ok: false })
  })

  it('is watched cheaply, or by the rows of a table', async () => {
    expect(await probe('sap', asset('Z_HR_EMPLOYEE_OBJ_LIST'))).toMatchObject({ ok: true, readings: [], evidence: { method: 'answer' } })
    const settings = { table: 'ET_EMP_LIST', account: 'HR' }
    const first = await probe('sap', asset('Z_HR_EMPLOYEE_OBJ_LIST', { settings }))
    const firstAt = clock.now()
    expect(first).toMatchObject({ ok: true, readings: [{ clock: 'writtenAt', at: firstAt }] })
    await clock.advance(1000)
    expect(await probe('sap', asset('Z_HR_EMPLOYEE_OBJ_LIST', { settings, previous: first.state }))).toMatchObject({
      readings: [{ at: firstAt }],
    })
    campus.control.people.change(
      { buids: [...campus.people.of('employee')].slice(0, 1).map((index) => `U${90_000_001 + index}`) },
      'position',
    )
    expect(await probe('sap', asset('Z_HR_EMPLOYEE_OBJ_LIST', { settings, previous: first.state }))).toMatchObject({
      readings: [{ at: clock.now() }],
    })
  })

  it('that lets nobody in fails as a connection, and a bad answer as an asset', async () => {
    campus.control.faults.set('sap', 'down')
    await expect(probe('sap', asset('X'))).rejects.toMatchObject({ systemWide: true })
    campus.control.faults.set('sap', 'missing-table')
    expect(await probe('sap', asset('X'))).toMatchObject({ ok: false, publicMessage: expect.stringContaining('is missing') })
  })
})
