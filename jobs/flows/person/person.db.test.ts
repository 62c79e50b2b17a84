import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import person from '#jobs/flows/person.ts'
import { CURRENT, type PersonLake, personLake } from '#lib/testing/worlds/person-lake.ts'

let at: PersonLake

beforeAll(async () => {
  at = await personLake(person)
})
afterAll(() => at.lake.close())

beforeEach(async () => {
  await at.restart()
  at.people.add(20)
  at.people.add(5, { populations: ['employee'], terms: [] })
  at.people.add(3, { populations: ['affiliate'], terms: [] })
  at.people.add(2, { populations: ['student', 'employee'] })
})

describe('a run of everybody', () => {
  it('loads whom any list names, once, as everything they are', async () => {
    const end = await at.load()
    expect(end.internalProblem).toBeNull()
    expect(end).toMatchObject({
      state: 'completed',
      rowsLoaded: 30,
      report: { rowsSeen: 30, counts: { people: 30, new: 30, unchanged: 0, gone: 0 } },
    })
    const rows = await at.lake.rows(
      `select populations::text, count(*)::int from ${CURRENT} group by populations order by populations::text`,
    )
    expect(rows).toEqual([
      { populations: '{affiliate}', count: 3 },
      { populations: '{employee,student}', count: 2 },
      { populations: '{employee}', count: 5 },
      { populations: '{student}', count: 20 },
    ])
    expect(at.people.lists.sort()).toEqual(['directory affiliate', 'employees', 'students'])
  })

  it('finds nothing to do the second time, and exactly the changed one the third', async () => {
    await at.load()
    const before = await at.everything()
    const second = await at.load()
    expect(second).toMatchObject({
      state: 'completed',
      rowsLoaded: 0,
      report: { counts: { unchanged: 30 }, rowsByAsset: { [`lake/${CURRENT}`]: 0 } },
    })
    expect(await at.everything()).toEqual(before)
    const [first = ''] = at.people.people.keys()
    at.people.change(first, { document: { email: [{ type: 'H', address: 'new' }] } })
    expect(await at.load()).toMatchObject({ state: 'completed', rowsLoaded: 1, report: { counts: { changed: 1, unchanged: 29 } } })
  })

  it('takes those for gone whom no list names any more', async () => {
    await at.load()
    const [first = ''] = at.people.people.keys()
    at.people.people.delete(first)
    expect(await at.load()).toMatchObject({ state: 'completed', rowsLoaded: 1, report: { counts: { gone: 1, unchanged: 29 } } })
    expect(await at.lake.rows(`select bu_uid from ${CURRENT} where deleted_at is not null`)).toEqual([{ bu_uid: first }])
  })

  it('leaves affiliates alone while the directory is switched off: nobody of them is loaded, nobody gone', async () => {
    const [both = ''] = at.people.add(1, { populations: ['student', 'affiliate'] })
    await at.load()
    at.people.behave()
    const end = await at.load({ parameters: { vds: false } })
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 0, report: { rowsSeen: 28, counts: { gone: 0, unchanged: 28 } } })
    expect(at.people.lists).not.toContain('directory affiliate')
    expect(await at.lake.count(CURRENT, `'affiliate' = any (populations) and deleted_at is null`)).toBe(4)
    expect(await at.lake.rows(`select populations from ${CURRENT} where bu_uid = $1`, [both])).toEqual([
      { populations: ['affiliate', 'student'] },
    ])
  })

  it('tells how far it is: a total, and the numbers of every stage', async () => {
    const { ledger } = await at.load()
    expect(ledger.progressReports.at(-1)).toMatchObject({ done: 30, total: 30 })
    expect(ledger.counted.at(-1)).toMatchObject({
      population: { student: 22, employee: 7, affiliate: 3, people: 30 },
      terms: { asked: 30, found: 22, none: 8, failed: 0, rows: 44, waiting: 0 },
      people: { asked: 30, returned: 30, missing: 0, failed: 0 },
      load: { new: 30, changed: 0, unchanged: 0, refused: 0 },
    })
  })

  it('has the tasks of its parts in the ledger, and not one per person', async () => {
    const { ledger } = await at.load()
    expect(ledger.started.map(({ name }) => name).sort()).toEqual([
      'curate anew',
      'load',
      'population: the affiliates of the directory',
      'population: the employees of SAP',
      'population: the students of PeopleSoft',
      'unseen',
    ])
  })

  it('writes no id into its log, its ledger or its report', async () => {
    const { ledger, ...end } = await at.load()
    expect(at.people.isNamedIn(JSON.stringify([end, ledger.entries, ledger.ended, ledger.rejections]))).toBe(false)
  })
})

describe('batches', () => {
  it('never hold more term rows than their limit, somebody without terms counting as one', async () => {
    at.people.add(1, { terms: Array.from({ length: 25 }, (_, index) => String(3000 + index)) })
    await at.load()
    const rows = at.people.batches.map((batch) => batch.rows).sort((a, b) => b - a)
    expect(rows[0]).toBe(25)
    expect(at.people.batches.find((batch) => batch.rows === 25)?.buids).toHaveLength(1)
    expect(Math.max(...rows.slice(1))).toBeLessThanOrEqual(10)
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(44 + 8 + 25)
  })

  it('of the gateway keep people without terms apart, in batches of their own, and ask the faculty for theirs', async () => {
    at.people.add(2, { populations: ['student', 'faculty'], teaches: ['2261', '2265', '2267'] })
    at.people.add(1, { populations: ['faculty'], terms: [], teaches: [] })
    const end = await at.load({ parameters: { upstream: 'gateway', buidBatchSize: 2 } })
    expect(end.internalProblem).toBeNull()
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 30 })
    expect(at.people.lists.sort()).toEqual(['directory employee', 'directory faculty', 'employees', 'students', 'students'])
    const without = at.people.batches.filter((batch) => batch.isWithoutTerms)
    expect(without.map((batch) => batch.buids.length)).toEqual([2, 2, 2])
    expect(Math.max(...at.people.batches.map((batch) => batch.rows))).toBeLessThanOrEqual(10)
    // 24 students, of whom 2 teach, and one who only teaches; employees alone are not asked for.
    expect(at.people.termsAsked).toHaveLength(24 + 2 + 1)
    expect(await at.lake.count(CURRENT, `person_data #>> '{studentInfo,rows}' = '5'`)).toBe(2)
  })
})

describe('parameters', () => {
  it.each([
    ['psQueryLimit', 0],
    ['snapLogicLimit', 1.5],
    ['shrinkRatio', 2],
    ['replay', 'yesterday'],
    ['upstream', 'sideways'],
    ['batchSize', 5],
  ])('%s is not taken as %s', async (name, value) => {
    const end = await at.load({ parameters: { [name]: value } })
    expect(end).toMatchObject({ state: 'failed', problem: expect.stringContaining('parameters') })
    expect(at.people.lists).toEqual([])
  })

  it('have the documented defaults, and every one says what it is', () => {
    expect(person.parameters.parse({})).toMatchObject({
      psQueryLimit: 10,
      snapLogicLimit: 8,
      insertLimit: 2,
      uidCarTermGroupSize: 1000,
      queueSize: 20_000,
    })
    const shape: unknown = Reflect.get(person.parameters, 'shape')
    const fields: [string, unknown][] = Object.entries(Object(shape))
    expect(fields.length).toBeGreaterThan(10)
    for (const [name, field] of fields) expect(Reflect.get(Object(field), 'description'), name).toMatch(/\w+ \w+/)
  })
})
