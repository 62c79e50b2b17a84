import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Campus, startCampus } from '#demo/campus/campus.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import type { ObservedAsset } from './kit/connector.ts'
import peoplesoftConnector from './peoplesoft.ts'
import snaplogicConnector from './snaplogic.ts'

const peoplesoft = askOnce(peoplesoftConnector)
const snaplogic = askOnce(snaplogicConnector)

const clock = new FakeClock('2026-11-20T07:00:00Z')
let campus: Campus
beforeAll(async () => {
  campus = await startCampus({ clock, coursesPerTerm: 8 })
})
afterAll(() => campus.close())
afterEach(() => {
  campus.control.faults.clear()
  campus.control.restore()
})

const shared = () => ({ clock, log: silentLog, signal: new AbortController().signal })
const asPeopleSoft = (more: object = {}) => ({
  key: 'peoplesoft',
  settings: peoplesoft.settings.parse({
    baseUrl: campus.url,
    user: campus.credentials.user,
    password: campus.credentials.password,
    ...more,
  }),
  ...shared(),
})
const asSnapLogic = (more: object = {}) => ({
  key: 'snaplogic',
  settings: snaplogic.settings.parse({ url: campus.courseUrl, key: campus.credentials.key, ...more }),
  ...shared(),
})
const asset = (path: string, more: Partial<ObservedAsset> = {}): ObservedAsset => ({
  key: `c/${path}`,
  path,
  settings: {},
  previous: null,
  ...more,
})

async function probe(path: string, more: Partial<ObservedAsset> = {}) {
  const [seen] = await Array.fromAsync(peoplesoft.observe(asPeopleSoft(), [asset(path, more)]))
  return seen
}

describe('PeopleSoft', () => {
  it('gets in, or says why not', async () => {
    expect(await peoplesoft.check(asPeopleSoft())).toMatchObject({ ok: true })
    const refused = await peoplesoft.check(asPeopleSoft({ password: 'wrong' }))
    expect(refused).toMatchObject({ ok: false, detail: expect.stringContaining('not authorized') })
    expect(refused.detail).not.toContain('DEMO')
    expect(await peoplesoft.check(asPeopleSoft({ checkQuery: 'NO_SUCH_QUERY' }))).toMatchObject({
      ok: false,
      detail: expect.stringContaining('message 1620'),
    })
  })

  it('reads all rows of a query', async () => {
    const rows = await Array.fromAsync(peoplesoft.extract(asPeopleSoft(), { query: 'BU_TERM_QRY' }))
    expect(rows).toHaveLength(36)
    expect(rows[0]).toMatchObject({ 'attr:rownumber': 1, ACAD_CAREER: 'GRAD' })
  })

  it('refuses a prompt with a comma before it asks', async () => {
    const asked = campus.control.requests('peoplesoft')
    await expect(
      Array.fromAsync(peoplesoft.extract(asPeopleSoft(), { query: 'BU_TERM_QRY', prompts: { STRM: '1,2' } })),
    ).rejects.toMatchObject({ code: 'invalid' })
    expect(campus.control.requests('peoplesoft')).toBe(asked)
  })

  it('sees by the rows alone when they change, not when they are only renumbered', async () => {
    const first = await probe('BU_TERM_QRY')
    const firstAt = clock.now()
    expect(first).toMatchObject({
      ok: true,
      rows: 36,
      readings: [{ clock: 'writtenAt', at: firstAt }],
      evidence: { method: 'fingerprint', strength: 'weak' },
    })
    await clock.advance(300_000)
    const previous = first?.ok ? first.state : null
    expect(await probe('BU_TERM_QRY', { previous })).toMatchObject({ readings: [{ at: firstAt }] })
    campus.control.changeTerm('2245', { 'attr:rownumber': 99 })
    expect(await probe('BU_TERM_QRY', { previous })).toMatchObject({ readings: [{ at: firstAt }] })
    campus.control.changeTerm('2245', { DESCR: 'Summer Two' })
    expect(await probe('BU_TERM_QRY', { previous })).toMatchObject({ readings: [{ at: clock.now() }] })
  })

  it('reads a watermark column in the zone of the database', async () => {
    const seen = await probe('BU_TERM_LASTUPD_QRY', { settings: { watermark: 'LASTUPDDTTM' } })
    expect(seen).toMatchObject({
      ok: true,
      readings: [{ clock: 'dataThroughAt', at: Date.parse('2026-01-05T18:05:00Z'), precision: 'instant' }],
      evidence: { strength: 'strong' },
      warnings: [],
    })
    const missing = await probe('BU_TERM_QRY', { settings: { watermark: 'NO_SUCH' } })
    expect(missing).toMatchObject({ ok: false, lasting: 'no-time', publicMessage: '36 of 36 rows have no readable NO_SUCH.' })
  })

  it('sees an emptied query as empty, and a failure as the failure of that asset alone', async () => {
    campus.control.faults.set('peoplesoft', 'empty-answer')
    expect(await probe('BU_TERM_QRY')).toMatchObject({ ok: true, rows: 0, readings: [{ at: null }] })
    campus.control.faults.clear()
    const seen = await Array.fromAsync(peoplesoft.observe(asPeopleSoft(), [asset('NO_SUCH'), asset('BU_TERM_QRY')]))
    expect(seen.map((one) => one.ok)).toEqual([false, true])
  })

  it('speaks XML to those who forget json_resp, as the real one does', async () => {
    const authorization = `Basic ${Buffer.from(`${campus.credentials.user}:${campus.credentials.password}`).toString('base64')}`
    const path = '/PSIGW/RESTListeningConnector/PSFT_CS/ExecuteQuery.v1/public/BU_TERM_QRY/JSON/NONFILE?isconnectedquery=N&maxrows=2'
    const answer = await fetch(`${campus.url}${path}`, { headers: { authorization } })
    expect(await answer.text()).toMatch(/^<\?xml.*<query numrows="2"/)
    const json = await fetch(`${campus.url}${path}&json_resp=true`, { headers: { authorization } })
    expect(await json.json()).toMatchObject({ status: 'success', data: { query: { numrows: 2, 'queryname=': 'BU_TERM_QRY' } } })
  })
})

describe('a system that lets nobody in', () => {
  const probes = { peoplesoft: () => probe('BU_TERM_QRY'), snaplogic: () => seeTask() }
  const seeTask = () => Array.fromAsync(snaplogic.observe(asSnapLogic(), [asset('courses')]))

  it.each([
    ['peoplesoft', 'down'],
    ['peoplesoft', 'unauthorized'],
    ['peoplesoft', 'server-error'],
    ['peoplesoft', 'too-many-requests'],
    ['snaplogic', 'down'],
    ['snaplogic', 'unauthorized'],
  ] as const)('%s, %s: the connection fails, not one asset', async (system, kind) => {
    campus.control.faults.set(system, kind)
    await expect(probes[system]()).rejects.toMatchObject({ name: 'TidemarkError', systemWide: true })
  })

  it('is told from one that answers badly to one question', async () => {
    for (const kind of ['error-in-200', 'cut-body', 'html-page', 'wrong-row-count'] as const) {
      campus.control.faults.set('peoplesoft', kind)
      expect(await probe('BU_TERM_QRY')).toMatchObject({ ok: false })
    }
  })
})

describe('SnapLogic', () => {
  it('gets in with a key or a bearer token, or says why not', async () => {
    expect(await snaplogic.check(asSnapLogic())).toMatchObject({ ok: true })
    expect(await snaplogic.check(asSnapLogic({ auth: 'bearer' }))).toMatchObject({ ok: true })
    expect(await snaplogic.check(asSnapLogic({ key: 'wrong' }))).toMatchObject({ ok: false, detail: expect.stringContaining('HTTP 401') })
  })

  it('streams the courses of a term with their details', async () => {
    const records = await Array.fromAsync(snaplogic.extract(asSnapLogic(), { term: '2267' }))
    expect(records).toHaveLength(8)
    expect(records[0]).toMatchObject({
      kind: 'course',
      termDetails: '{"academicCareer":"UGRD","term":{"code":"2267","description":"Fall 2026"}}',
    })
  })

  it('looks cheaply, or at the courses of a term', async () => {
    const [cheap] = await Array.fromAsync(snaplogic.observe(asSnapLogic(), [asset('courses')]))
    expect(cheap).toMatchObject({ ok: true, readings: [], evidence: { method: 'answer' } })
    const settings = { term: '2267' }
    const [first] = await Array.fromAsync(snaplogic.observe(asSnapLogic(), [asset('courses', { settings })]))
    expect(first).toMatchObject({ ok: true, rows: 8, readings: [{ clock: 'writtenAt', at: clock.now() }] })
    const before = clock.now()
    await clock.advance(1000)
    const previous = first?.ok ? first.state : null
    expect((await Array.fromAsync(snaplogic.observe(asSnapLogic(), [asset('courses', { settings, previous })])))[0]).toMatchObject({
      readings: [{ at: before }],
    })
    campus.control.changeCourse('2267', '000001', { title: 'New' })
    expect((await Array.fromAsync(snaplogic.observe(asSnapLogic(), [asset('courses', { settings, previous })])))[0]).toMatchObject({
      readings: [{ at: clock.now() }],
    })
  })

  it('passes on what was readable before an error document, then throws', async () => {
    campus.control.faults.set('snaplogic', 'error-document')
    const records: unknown[] = []
    const reading = (async () => {
      for await (const record of snaplogic.extract(asSnapLogic(), { term: '2267' })) records.push(record)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    expect(records.length).toBeGreaterThan(0)
  })
})
