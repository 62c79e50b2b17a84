import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Campus, startCampus } from '#demo/campus/campus.ts'
import type { FaultKind, FaultOptions, System } from '#demo/campus/faults.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { openCampusConnection } from '#lib/testing/catalogues/campus-connections.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { isPersonRecord, type PersonRecord } from './snaplogic/person-record.ts'

const clock = new FakeClock('2026-11-20T07:00:00Z')
const signal = new AbortController().signal
let campus: Campus
beforeAll(async () => {
  campus = await startCampus({ clock, peopleCount: 300, coursesPerTerm: 1, dripMs: 1 })
})
afterAll(() => campus.close())
afterEach(() => {
  campus.control.faults.clear()
  campus.control.restore()
})

const ids = (count: number, from = 0) => Array.from({ length: count }, (_, place) => `U${90_000_001 + from + place}`)
const termsOf = (buid: string) =>
  campus.people.termRows(campus.people.find(buid) ?? -1).map((row, place) => ({ 'attr:rownumber': place + 1, ...row }))

const ASK: Record<string, { system: System; request: (buids: string[]) => Record<string, unknown> }> = {
  snaplogic_person: {
    system: 'person-task',
    request: (buids) => ({ persons: buids.flatMap((buid): object[] => (termsOf(buid).length === 0 ? [{ BUID: buid }] : termsOf(buid))) }),
  },
  person_api: {
    system: 'person-api',
    request: (buids) => ({ people: buids.map((buid) => ({ buid, terms: termsOf(buid) })) }),
  },
}
const names = Object.keys(ASK)

function open(name: string, more = {}) {
  return openCampusConnection(campus, name, { clock, signal }, more)
}

async function read(name: string, buids: string[], more = {}): Promise<PersonRecord[]> {
  const records: PersonRecord[] = []
  for await (const record of open(name, more).extract(ASK[name]?.request(buids) ?? {})) if (isPersonRecord(record)) records.push(record)
  return records
}

function misbehave(name: string, kind: FaultKind, options: FaultOptions = {}): void {
  campus.control.faults.set(ASK[name]?.system ?? 'person-api', kind, options)
}

const people = (records: PersonRecord[]) => records.flatMap((record) => (record.kind === 'person' ? [record] : []))
const reasons = (records: PersonRecord[]) => records.flatMap((record) => (record.kind === 'dropped' ? [record.reason] : []))
/** By id: the two ask in different orders. */
const texts = (records: PersonRecord[]) => new Map(people(records).map(({ buid, text }) => [buid, JSON.parse(text)]))

describe('both upstreams', () => {
  it('give the same documents for the same people, students rich with their terms', async () => {
    const [old, newer] = await Promise.all(names.map((name) => read(name, ids(60))))
    expect(texts(old ?? []).size).toBe(60)
    expect(texts(newer ?? [])).toEqual(texts(old ?? []))
    const student = [...campus.people.of('student')].find((index) => campus.people.termRows(index).length > 1) ?? -1
    expect(texts(old ?? []).get(ids(1, student)[0] ?? '').studentInfo.studentSemester.length).toBeGreaterThan(1)
  })
})

describe.each(names)('people from %s', (name) => {
  it('come as they were sent, and only those who are on campus', async () => {
    const [gone = ''] = campus.control.people.remove({ buids: ids(1, 4) })
    const records = await read(name, [...ids(6), 'U10000001'])
    expect(
      people(records)
        .map(({ buid }) => buid)
        .sort(),
    ).toEqual(ids(6).filter((buid) => buid !== gone))
    for (const { buid, text } of people(records)) expect(JSON.parse(text).personid).toBe(buid)
    expect(reasons(records)).toEqual([])
  })

  it('leaves out whoever the upstream dropped, for the flow to miss', async () => {
    misbehave(name, 'dropped-people', { share: 0.2 })
    const records = await read(name, ids(100))
    expect(people(records).length).toBeLessThan(95)
    expect(people(records).length).toBeGreaterThan(50)
    expect(reasons(records)).toEqual([])
  })

  it('hands on somebody nobody asked for, under their own id', async () => {
    misbehave(name, 'unasked-person')
    expect(
      people(await read(name, ids(2)))
        .map(({ buid }) => buid)
        .sort(),
    ).toEqual([...ids(2), 'U90000302'])
  })

  it('drops empty objects with their reason', async () => {
    misbehave(name, 'empty-objects')
    const records = await read(name, ids(25))
    expect(people(records)).toHaveLength(25)
    expect(new Set(reasons(records))).toEqual(new Set(['an empty object stands where a person should be']))
    expect(reasons(records).length).toBeGreaterThan(1)
  })

  it.each<[FaultKind, RegExp]>([
    ['deep-document', /"remarks":\[{3000}\]{3000}/],
    ['null-character', /"remarks":"before\\u0000after"/],
    ['huge-number', /"balance":1e999999/],
  ])('hands a poison document on as it is, with everybody else: %s', async (kind, poison) => {
    misbehave(name, kind, { buid: 'U90000003' })
    const records = await read(name, ids(8))
    expect(people(records)).toHaveLength(8)
    expect(
      people(records)
        .filter(({ text }) => poison.test(text))
        .map(({ buid }) => buid),
    ).toEqual(['U90000003'])
  })

  it('ends quietly with nobody when the answer is empty', async () => {
    misbehave(name, 'empty-answer')
    expect(people(await read(name, ids(5)))).toEqual([])
  })

  it.each<[FaultKind, string, boolean]>([
    ['error-document', 'reports an error', true],
    ['cut-body', 'broke the connection in the middle', true],
    ['too-many-requests', 'come back later', true],
    ['server-error', 'HTTP 503', true],
    ['unauthorized', 'refused the credentials', false],
    ['unauthorized-as-404', 'some systems say so to wrong credentials', false],
    ['html-page', 'a web page or XML', false],
    ['xml-fault-in-200', 'a web page or XML', false],
    ['redirect-elsewhere', 'sent us elsewhere', false],
    ['down', 'before it answered', true],
  ])('throws when it does this: %s', async (kind, words, retryable) => {
    misbehave(name, kind)
    const error: unknown = await read(name, ids(40)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ retryable, publicMessage: expect.stringContaining(words) })
    expect(toInternalMessage(error)).not.toMatch(/U9\d{7}/)
  })

  it('says how long a 429 asks it to wait', async () => {
    misbehave(name, 'too-many-requests', { retryAfter: '17' })
    await expect(read(name, ids(1))).rejects.toMatchObject({ retryAfterMs: 17_000, systemWide: true })
  })

  it('waits for a slow answer as long as its settings say, no longer', async () => {
    misbehave(name, 'slow-answer', { delayMs: 20_000 })
    await expect(read(name, ids(1), { timeoutMs: 250 })).rejects.toMatchObject({ code: 'timeout', retryable: true })
    misbehave(name, 'slow-answer', { delayMs: 300 })
    expect(await read(name, ids(1), { timeout: '4s' })).toHaveLength(1)
  })

  it('lets go of the answer when nobody wants more', async () => {
    for await (const record of open(name).extract(ASK[name]?.request(ids(300)) ?? {})) {
      expect(isPersonRecord(record)).toBe(true)
      break
    }
    expect(people(await read(name, ids(2)))).toHaveLength(2)
  })

  it('gets in with its key, or says why not, without naming anybody or asking for anyone', async () => {
    expect(await open(name).check()).toMatchObject({ ok: true })
    expect(await open(name, { key: 'wrong' }).check()).toMatchObject({
      ok: false,
      detail: expect.stringContaining('refused the credentials'),
    })
    const asset = { key: `${name}/people`, path: 'people', settings: {}, previous: null }
    expect(await Array.fromAsync(open(name).observe([asset]))).toMatchObject([{ ok: true, readings: [], evidence: { method: 'answer' } }])
    misbehave(name, 'down')
    await expect(Array.fromAsync(open(name).observe([asset]))).rejects.toMatchObject({ systemWide: true })
  })
})

describe('the person API', () => {
  it('drops a line that reports an error about one person, and keeps the others', async () => {
    misbehave('person_api', 'error-lines')
    const records = await read('person_api', ids(30))
    expect(people(records).length + reasons(records).length).toBe(30)
    expect(new Set(reasons(records))).toEqual(new Set(['the API reports an error about one person (500)']))
  })

  it('throws when its own summary counts differently', async () => {
    misbehave('person_api', 'wrong-summary')
    await expect(read('person_api', ids(5))).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
      publicMessage: expect.stringContaining('is not complete'),
    })
  })

  it('cannot tell an answer that ends early but well from a whole one: whoever did not come is missing', async () => {
    misbehave('person_api', 'ends-early')
    expect(people(await read('person_api', ids(30))).length).toBeLessThan(10)
  })

  it('reads the one document it sent before it learned to stream', async () => {
    misbehave('person_api', 'one-json-document')
    expect(people(await read('person_api', ids(12)))).toHaveLength(12)
  })
})

describe('the person task', () => {
  it('reports an error document as a failure of the pipeline, after what came before', async () => {
    misbehave('snaplogic_person', 'error-document')
    const records: unknown[] = []
    const reading = (async () => {
      for await (const record of open('snaplogic_person').extract({ persons: ids(10).map((BUID) => ({ BUID })) })) records.push(record)
    })()
    await expect(reading).rejects.toSatisfy((error) => isTidemarkError(error) && error.publicMessage.includes('instead of people (503)'))
    expect(records).toHaveLength(3)
  })

  it('is not asked at all with a row it could misread', async () => {
    const asked = campus.control.requests('person-task')
    const reading = Array.fromAsync(open('snaplogic_person').extract({ persons: [{ BUID: 'U90000001', STRM: '2"' }] }))
    await expect(reading).rejects.toMatchObject({ code: 'invalid' })
    expect(campus.control.requests('person-task')).toBe(asked)
  })
})
