import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import person from '#jobs/flows/person.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { CURRENT, type PersonLake, POSTPONED, personLake } from '#lib/testing/worlds/person-lake.ts'

let at: PersonLake
const busy = () => new TidemarkError('unavailable', { publicMessage: 'The source is busy.', retryable: true })

beforeAll(async () => {
  at = await personLake(person)
})
afterAll(() => at.lake.close())

beforeEach(async () => {
  await at.restart()
  at.people.add(97)
  at.people.add(2, { populations: ['employee'], terms: [] })
  at.people.add(1, { populations: ['affiliate', 'student'], terms: [] })
})

const ids = () => [...at.people.people.keys()]

async function undisturbed(): Promise<unknown> {
  at.people.behave()
  await at.lake.rows(`truncate ${CURRENT}, ${POSTPONED}, person_raw.person_data, person_curated.person_data_by_service`)
  await at.load()
  return at.everything()
}

describe('three of a hundred term lookups that fail', () => {
  const unlucky = () => new Set([ids()[5], ids()[50], ids()[99]])

  it('postpone those three, and never overwrite a rich document by a poor one', async () => {
    await at.load()
    const [rich] = await at.lake.rows<{ rows: string }>(
      `select person_data #>> '{studentInfo,rows}' as rows from ${CURRENT} where bu_uid = $1`,
      [ids()[5]],
    )
    expect(rich).toEqual({ rows: '2' })
    for (const buid of ids()) at.people.change(buid, { document: { changed: true } })
    const failing = unlucky()
    at.people.onTerms = (buid) => {
      if (failing.has(buid)) throw busy()
    }
    const end = await at.load()
    expect(end.state).toBe('partial')
    expect(await at.lake.rows(`select bu_uid from ${CURRENT} where version = 1 order by 1`)).toEqual(
      [...failing].map((bu_uid) => ({ bu_uid })),
    )
    expect(await at.lake.count(CURRENT, 'deleted_at is not null')).toBe(0)
  })

  it.each(['BU_TERM_STD_FULL_TERM', 'BU_FACULTY_GET'])('of the gateway postpone somebody when one half fails: %s', async (failing) => {
    const [both = ''] = at.people.add(1, { populations: ['student', 'faculty'], teaches: ['2261'] })
    at.people.onTerms = (buid, query) => {
      if (buid === both && query === failing) throw busy()
    }
    const end = await at.load({ parameters: { upstream: 'gateway' } })
    expect(end).toMatchObject({ state: 'partial', report: { counts: { 'postponed: terms': 1 } } })
    expect(await at.lake.count(CURRENT, `bu_uid = '${both}'`)).toBe(0)
  })

  it('end partial, with words, by name in the lake, and a replay completes exactly those', async () => {
    const failing = unlucky()
    at.people.onTerms = (buid) => {
      if (failing.has(buid)) throw busy()
    }
    const runId = randomUUID()
    const end = await at.load({ runId })
    expect(end).toMatchObject({
      state: 'partial',
      rowsLoaded: 97,
      problem: `3 of 100 people are postponed: 3 because their terms could not be looked up (The source is busy). tidemark run person --replay ${runId} loads them.`,
      report: { rowsSeen: 100, incomplete: null, counts: { 'postponed: terms': 3, new: 97 } },
    })
    expect(end.ledger.rejections).toHaveLength(3)
    for (const { key } of end.ledger.rejections) expect(key).toMatch(/^[0-9a-f]{12}$/)
    expect(await at.lake.count(POSTPONED, `run_id = '${runId}'`)).toBe(3)
    at.people.behave()
    const replay = await at.load({ parameters: { replay: runId } })
    expect(replay).toMatchObject({ state: 'completed', rowsLoaded: 3, report: { rowsSeen: 3, counts: { people: 3, new: 3 } } })
    expect(replay.report?.moves).toBeUndefined()
    expect(at.people.lists).toEqual([])
    expect(at.people.termsAsked.sort()).toEqual([...failing])
    expect(await at.everything()).toEqual(await undisturbed())
  })

  it('are tried five times when it may help, once when it cannot', async () => {
    const [first = '', second = ''] = ids()
    at.people.onTerms = (buid) => {
      if (buid === first) throw busy()
      if (buid === second) throw new TidemarkError('refused', { publicMessage: 'No such person.' })
    }
    const end = await at.load()
    expect(end.problem).toContain('2 because their terms could not be looked up')
    const tries = (buid: string) => at.people.termsAsked.filter((asked) => asked === buid).length
    expect([tries(first), tries(second)]).toEqual([5, 1])
  })

  it('are nobody when the lookup only answers about somebody else', async () => {
    const [first = '', other = ''] = ids()
    const extract = async function* (request: Record<string, unknown>) {
      for await (const row of at.people.extract(request)) {
        const isFirst = JSON.stringify(request['prompts'])?.includes(first)
        yield isFirst ? { ...Object(row), CAMPUS_ID: other } : row
      }
    }
    const end = await at.load({ extract })
    expect(end.problem).toContain('was asked about one person and answered about another')
    expect(await at.lake.count(CURRENT, `bu_uid = '${first}'`)).toBe(0)
  })
})

describe('a batch of people', () => {
  it('that fails for good postpones each of its people by name, and the others are loaded', async () => {
    const [, , third = ''] = ids()
    at.people.onBatch = (buids) => {
      if (buids.includes(third)) throw new TidemarkError('timeout', { publicMessage: 'It took longer than 11 min.', retryable: true })
    }
    const runId = randomUUID()
    const end = await at.load({ runId })
    const tries = at.people.batches.filter(({ buids }) => buids.includes(third))
    expect(tries).toHaveLength(5)
    const lost = tries[0]?.buids.length ?? 0
    expect(end).toMatchObject({ state: 'partial', rowsLoaded: 100 - lost, report: { counts: { 'postponed: person': lost } } })
    at.people.behave()
    expect(await at.load({ parameters: { replay: runId } })).toMatchObject({ state: 'completed', rowsLoaded: lost })
    expect(await at.everything()).toEqual(await undisturbed())
  })

  it('that one person spoils is asked for in parts, and only that person is postponed', async () => {
    const [, , third = ''] = ids()
    at.people.onBatch = (buids) => {
      if (buids.includes(third)) throw new TidemarkError('invalid', { publicMessage: 'A value holds a quote.' })
    }
    const runId = randomUUID()
    const end = await at.load({ runId })
    expect(end).toMatchObject({ state: 'partial', rowsLoaded: 99, report: { counts: { 'postponed: person': 1 } } })
    expect(end.problem).toContain('1 because their batch could not be read (A value holds a quote)')
    at.people.behave()
    expect(await at.load({ parameters: { replay: runId } })).toMatchObject({ state: 'completed', rowsLoaded: 1 })
    expect(await at.everything()).toEqual(await undisturbed())
  })

  it('that breaks in the middle is asked for again as a whole', async () => {
    let broken = 0
    at.people.answer = async function* (records) {
      for (const [index, record] of records.entries()) {
        if (index === 2 && broken < 3) {
          broken += 1
          throw busy()
        }
        yield record
      }
    }
    expect(await at.load()).toMatchObject({ state: 'completed', rowsLoaded: 100, report: { counts: { new: 100, unchanged: 0 } } })
    expect(broken).toBe(3)
  })

  it('that ends early but cleanly leaves people missing, who are counted, named and replayable', async () => {
    at.people.answer = (records) => records.slice(0, Math.max(1, records.length - 1))
    const runId = randomUUID()
    const end = await at.load({ runId })
    const missing = at.people.batches.filter(({ buids }) => buids.length > 1).length
    expect(end).toMatchObject({ state: 'partial', rowsLoaded: 100 - missing, report: { counts: { 'postponed: missing': missing } } })
    expect(end.problem).toContain(`${missing} because they are not in the answer`)
    expect(end.ledger.counted.at(-1)?.['people']).toMatchObject({ missing, returned: 100 - missing })
    expect(await at.lake.count(POSTPONED, `run_id = '${runId}' and stage = 'missing'`)).toBe(missing)
    at.people.behave()
    await at.load({ parameters: { replay: runId } })
    expect(await at.everything()).toEqual(await undisturbed())
  })

  it('with empty objects and people nobody asked for loads neither, and counts both', async () => {
    at.people.answer = (records) => [
      ...records,
      { kind: 'dropped', reason: 'an empty object' },
      { kind: 'person', buid: 'U-stranger', text: '{"personid":"U-stranger"}' },
    ]
    const end = await at.load()
    const batches = at.people.batches.length
    expect(end).toMatchObject({
      state: 'completed',
      rowsLoaded: 100,
      report: { counts: { 'empty objects': batches, 'people not asked for': batches } },
    })
    expect(await at.lake.count(CURRENT, "bu_uid = 'U-stranger'")).toBe(0)
  })

  it('with a person twice counts the last of them', async () => {
    const [first = ''] = ids()
    at.people.answer = (records) => [
      ...records,
      ...records.map((record) => ({ ...Object(record), text: JSON.stringify({ personid: Object(record).buid, last: true }) })),
    ]
    expect(await at.load()).toMatchObject({ state: 'completed', rowsLoaded: 100 })
    expect(await at.lake.rows(`select person_data ->> 'last' as last from person_raw.person_data where bu_uid = $1`, [first])).toEqual([
      { last: 'true' },
    ])
  })

  it('with one poison document loads all others; that one is postponed, and a replay completes it', async () => {
    const [, second = ''] = ids()
    at.people.answer = (records) =>
      records.map((record) => (Object(record).buid === second ? { ...Object(record), text: '{"personid": NaN}' } : record))
    const runId = randomUUID()
    const end = await at.load({ runId })
    expect(end).toMatchObject({ state: 'partial', rowsLoaded: 99, report: { counts: { 'postponed: load': 1 } } })
    expect(end.problem).toContain('1 because the lake refused their document')
    expect(end.ledger.counted.at(-1)?.['load']).toMatchObject({ new: 99, refused: 1 })
    at.people.behave()
    expect(await at.load({ parameters: { replay: runId } })).toMatchObject({ state: 'completed', rowsLoaded: 1 })
    expect(await at.everything()).toEqual(await undisturbed())
  })
})

it('no id of a person who failed reaches a log, an error or a rejection', async () => {
  const [a = '', b = '', c = ''] = ids()
  at.people.onTerms = (buid) => {
    if (buid === a) throw new TidemarkError('refused', { publicMessage: `Query failed for ${buid}.`, message: `body: ${buid}` })
  }
  at.people.onBatch = (buids) => {
    if (buids.includes(b)) throw new TidemarkError('refused', { publicMessage: `Person ${b}, or ${b.toLowerCase()}, cannot be read.` })
  }
  at.people.answer = (records) => records.filter((record) => Object(record).buid !== c)
  const { ledger, ...end } = await at.load()
  expect(end.state).toBe('partial')
  expect(at.people.isNamedIn(JSON.stringify([end, ledger]).toUpperCase())).toBe(false)
  expect(await at.lake.count(POSTPONED, `reason ilike '%U7734%'`)).toBe(0)
})
