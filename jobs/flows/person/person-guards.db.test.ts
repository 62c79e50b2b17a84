import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import person from '#jobs/flows/person.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { CURRENT, type PersonLake, POSTPONED, personLake } from '#lib/testing/worlds/person-lake.ts'

let at: PersonLake
let before: unknown

const unavailable = (words: string) =>
  new TidemarkError('unavailable', { publicMessage: words, message: `${words} [HTTP 503]`, retryable: true, systemWide: true })
const unauthorized = (words = 'PeopleSoft (peoplesoft) refused the credentials (HTTP 401).') =>
  new TidemarkError('refused', { publicMessage: words, systemWide: true })

beforeAll(async () => {
  at = await personLake(person)
})
afterAll(() => at.lake.close())

beforeEach(async () => {
  await at.restart()
  at.people.add(40)
  at.people.add(10, { populations: ['employee'], terms: [] })
  at.people.add(6, { populations: ['affiliate'], terms: [] })
  await at.load()
  at.people.behave()
  before = await at.everything()
  for (const buid of at.people.people.keys()) at.people.change(buid, { document: { changed: true } })
})

async function expectNothingWritten(words: string): Promise<void> {
  const end = await at.load()
  expect(end).toMatchObject({ state: 'failed', rowsLoaded: 0, problem: expect.stringContaining(words) })
  expect(at.people.isNamedIn(JSON.stringify([end.problem, end.internalProblem, end.ledger.entries]))).toBe(false)
  expect(await at.everything()).toEqual(before)
}

describe('nothing is written, and the run says why, when', () => {
  it('SAP is down', async () => {
    at.people.onList = (list) => {
      if (list === 'employees') throw unavailable('SAP (sap) refuses connections.')
    }
    await expectNothingWritten('Nobody was loaded, because the employees of SAP could not be read. SAP (sap) refuses connections.')
    expect(at.people.lists.filter((list) => list === 'employees')).toHaveLength(4)
    expect(at.people.termsAsked).toEqual([])
  })

  it('the directory gives exactly its size limit, which its connector refuses', async () => {
    at.people.onList = (list) => {
      if (list === 'directory affiliate')
        throw new TidemarkError('refused', {
          publicMessage: 'The directory (vds) gave exactly 25000 entries, its limit: there may be more.',
        })
    }
    await expectNothingWritten('the affiliates of the directory could not be read. The directory (vds) gave exactly 25000 entries')
    expect(at.people.lists.filter((list) => list === 'directory affiliate')).toHaveLength(1)
  })

  it.each(['students', 'employees', 'directory affiliate'])('the list %s names nobody', async (list) => {
    const population = { students: 'student', employees: 'employee' }[list] ?? 'affiliate'
    for (const [buid, { populations }] of at.people.people) if (populations.some((one) => one === population)) at.people.people.delete(buid)
    await expectNothingWritten('could not be read. The answer names nobody.')
  })

  it('no row of a list has an id', async () => {
    const extract = async function* (request: Record<string, unknown>) {
      if (request['query'] === 'BU_PARM_0216_QRY') yield* [{ EMPLID: '1' }, { EMPLID: '2' }]
      else yield* at.people.extract(request)
    }
    const end = await at.load({ extract })
    expect(end.problem).toContain('The answer has 2 rows, none of them with the id of a person.')
    expect(await at.everything()).toEqual(before)
  })

  it('the population shrinks to a part that cannot be true', async () => {
    for (const buid of [...at.people.people.keys()].slice(0, 30)) at.people.people.delete(buid)
    await expectNothingWritten('the sources name 26 people, the lake holds 56.')
  })

  it('one population shrinks that way, though all together do not', async () => {
    for (const buid of [...at.people.people.keys()].slice(40, 46)) at.people.people.delete(buid)
    at.people.add(10)
    await expectNothingWritten('the sources name 4 people of the population employee, the lake holds 10.')
  })
})

it('a population that did shrink is loaded when the run is told so', async () => {
  for (const buid of [...at.people.people.keys()].slice(0, 30)) at.people.people.delete(buid)
  const end = await at.load({ parameters: { shrinkRatio: 0 } })
  expect(end).toMatchObject({ state: 'completed', report: { counts: { gone: 30, changed: 26 } } })
})

it('a list that fails for a moment is only asked again', async () => {
  let failures = 2
  at.people.onList = (list) => {
    if (list === 'employees' && failures-- > 0) throw unavailable('SAP (sap) had an error of its own.')
  }
  expect(await at.load()).toMatchObject({ state: 'completed', report: { counts: { changed: 56 } } })
})

describe('a source that lets nobody in stops the run, and nobody is postponed one by one,', () => {
  it('when the term lookup refuses the credentials', async () => {
    at.people.onTerms = (buid) => {
      throw unauthorized(`PeopleSoft (peoplesoft) refused the credentials for ${buid}.`)
    }
    const end = await at.load()
    expect(end).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('The term lookup failed 3 times in a row and the run was stopped.'),
    })
    expect(end.problem).toContain('refused the credentials for (a person).')
    expect(at.people.isNamedIn(JSON.stringify([end.problem, end.internalProblem, end.ledger.entries, end.ledger.rejections]))).toBe(false)
    expect(at.people.termsAsked.length).toBeLessThanOrEqual(13)
    expect(at.people.batches).toEqual([])
    expect(await at.lake.count(CURRENT, 'version > 1')).toBe(0)
  })

  it('and those who wait for their answers just then are not taken for failures', async () => {
    const never = new Promise<never>(() => {})
    let asked = 0
    at.people.onTerms = () => {
      asked += 1
      if (asked > 5) throw unauthorized()
      return never
    }
    const end = await at.load()
    expect(end).toMatchObject({ state: 'failed', problem: expect.stringContaining('failed 3 times in a row') })
    expect(end.ledger.rejections).toHaveLength(3)
    expect(await at.lake.count(POSTPONED)).toBe(3)
  })

  it('when it is gone for good, after every retry', async () => {
    at.people.onTerms = () => {
      throw unavailable('PeopleSoft (peoplesoft) cannot be reached.')
    }
    const end = await at.load()
    expect(end).toMatchObject({ state: 'failed', problem: expect.stringContaining('The term lookup failed 20 times in a row') })
    expect(await at.lake.count(CURRENT, 'version > 1')).toBe(0)
  })

  it('when the batches refuse the key', async () => {
    at.people.onBatch = () => {
      throw unauthorized('SnapLogic (snaplogic_person) refused the credentials (HTTP 401).')
    }
    const end = await at.load({ parameters: { snapLogicLimit: 1 } })
    expect(end).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('A batch of people failed and the run was stopped. SnapLogic'),
    })
    expect(at.people.batches).toHaveLength(1)
  })

  it('when the answers are all empty', async () => {
    at.people.answer = () => [{ kind: 'dropped', reason: 'an empty object' }]
    const end = await at.load({ parameters: { snapLogicLimit: 1 } })
    expect(end).toMatchObject({ state: 'failed', problem: expect.stringContaining('not one is in the answer') })
    expect(at.people.batches).toHaveLength(3)
    expect(await at.lake.count(CURRENT, 'deleted_at is not null')).toBe(0)
  })
})

it('failures at the very end of the population are bad luck, not an outage', async () => {
  const unlucky = new Set(at.people.add(60, { populations: ['student'] }).filter((_, index) => index % 2 === 0))
  at.people.onTerms = (buid) => {
    if (unlucky.has(buid)) throw unavailable('PeopleSoft (peoplesoft) had an error of its own.')
  }
  const end = await at.load()
  expect(end).toMatchObject({ state: 'partial', report: { counts: { 'postponed: terms': 30 } } })
})

it('a run of which nobody could be loaded has failed', async () => {
  await at.restart()
  at.people.add(3)
  at.people.add(1, { populations: ['employee'], terms: [] })
  at.people.add(1, { populations: ['affiliate'], terms: [] })
  at.people.onTerms = () => {
    throw new TidemarkError('refused', { publicMessage: 'The query is not there.' })
  }
  const end = await at.load()
  expect(end).toMatchObject({ state: 'failed', problem: 'Not one of 5 people could be loaded. The query is not there.' })
})
