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
  at.lake.clock.set('2026-11-20T07:00:00Z')
  await at.restart()
  at.people.add(97)
  at.people.add(2, { populations: ['employee'], terms: [] })
  at.people.add(1, { populations: ['affiliate', 'student'], terms: [] })
})

const ids = () => [...at.people.people.keys()]

describe('a replay', () => {
  async function postponeOne(runId: string): Promise<void> {
    const [first = ''] = ids()
    at.people.onTerms = (buid) => {
      if (buid === first) throw busy()
    }
    await at.load({ runId })
    at.people.behave()
  }

  it('deletes nobody and asks no list, and loads people as what they were when they were postponed', async () => {
    const runId = randomUUID()
    const last = ids().at(-1) ?? ''
    at.people.onTerms = (buid) => {
      if (buid === last) throw busy()
    }
    await at.load({ runId })
    at.people.behave()
    await at.load({ parameters: { replay: runId } })
    expect(await at.lake.count(CURRENT, 'deleted_at is null')).toBe(100)
    expect(at.people.lists).toEqual([])
    expect(await at.lake.rows(`select populations from ${CURRENT} where bu_uid = $1`, [last])).toEqual([
      { populations: ['affiliate', 'student'] },
    ])
  })

  it('of nobody is done at once and proves nothing', async () => {
    const end = await at.load({ parameters: { replay: randomUUID() } })
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 0, report: { moves: 'nothing', rowsSeen: 0 } })
  })

  it('of a run that another has followed does not prove that everybody is loaded', async () => {
    const runId = randomUUID()
    await postponeOne(runId)
    at.lake.clock.set('2026-11-21T08:00:00Z')
    at.people.onList = () => {
      throw new TidemarkError('refused', { publicMessage: 'No.' })
    }
    expect((await at.load()).state).toBe('failed')
    at.people.behave()
    expect(await at.load({ parameters: { replay: runId } })).toMatchObject({
      state: 'completed',
      rowsLoaded: 1,
      report: { moves: 'writtenAt' },
    })
  })

  it('of a run that was stopped in the middle does not prove it either', async () => {
    const runId = randomUUID()
    const [first = ''] = ids()
    at.people.onTerms = (buid) => {
      if (buid === first) throw new TidemarkError('refused', { publicMessage: 'No.' })
    }
    let batches = 0
    at.people.onBatch = () => {
      batches += 1
      if (batches > 3) throw new TidemarkError('refused', { publicMessage: 'The key is wrong.', systemWide: true })
    }
    expect((await at.load({ runId, parameters: { snapLogicLimit: 1 } })).state).toBe('failed')
    at.people.behave()
    expect((await at.load({ parameters: { replay: runId } })).report).toMatchObject({ moves: 'writtenAt' })
  })

  it('that fails again leaves its people to be replayed once more', async () => {
    const runId = randomUUID()
    const unlucky = new Set(ids().slice(0, 4))
    at.people.onTerms = (buid) => {
      if (unlucky.has(buid)) throw busy()
    }
    await at.load({ runId })
    const still = [...unlucky][0] ?? ''
    at.people.onTerms = (buid) => {
      if (buid === still) throw busy()
    }
    expect(await at.load({ parameters: { replay: runId } })).toMatchObject({ state: 'partial', rowsLoaded: 3 })
    at.people.behave()
    expect(await at.load({ parameters: { replay: runId } })).toMatchObject({ state: 'completed', rowsLoaded: 1 })
    expect(await at.lake.count(POSTPONED)).toBe(0)
  })

  it('of a replay completes what the first one began, and proves that everybody is loaded', async () => {
    const [first, second] = [randomUUID(), randomUUID()]
    const [one = '', other = ''] = ids()
    at.people.onTerms = (buid) => {
      if (buid === one || buid === other) throw busy()
    }
    await at.load({ runId: first })
    at.people.onTerms = (buid) => {
      if (buid === other) throw busy()
    }
    const partly = await at.load({ runId: second, parameters: { replay: first } })
    expect(partly).toMatchObject({ state: 'partial', rowsLoaded: 1, report: { moves: 'writtenAt' } })
    at.people.behave()
    const rest = await at.load({ parameters: { replay: second } })
    expect(rest).toMatchObject({ state: 'completed', rowsLoaded: 1 })
    expect(rest.report?.moves).toBeUndefined()
    expect(await at.lake.count(POSTPONED)).toBe(0)
  })

  it('of a run that is days old does not make what that one loaded new', async () => {
    const runId = randomUUID()
    await postponeOne(runId)
    at.lake.clock.set('2026-11-25T08:00:00Z')
    expect(await at.load({ parameters: { replay: runId } })).toMatchObject({ state: 'completed', report: { moves: 'writtenAt' } })
  })

  it('brings nobody back whom no list names any more, and says when nobody waits', async () => {
    const runId = randomUUID()
    await at.load()
    const [first = ''] = ids()
    await postponeOne(runId)
    const gone = at.people.people.get(first)
    at.people.people.delete(first)
    expect(await at.load()).toMatchObject({ report: { counts: { gone: 1 } } })
    if (gone) at.people.people.set(first, gone)
    const end = await at.load({ parameters: { replay: runId } })
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 0, report: { moves: 'nothing' } })
    expect(end.ledger.entries.map(({ message }) => message)).toContain('Nobody waits for a replay of that run.')
    expect(await at.lake.count(CURRENT, `bu_uid = '${first}' and deleted_at is null`)).toBe(0)
  })

  it('loads people as what they are by now', async () => {
    const runId = randomUUID()
    await at.load()
    const [first = ''] = ids()
    await postponeOne(runId)
    at.people.change(first, { populations: ['employee'] })
    await postponeOne(randomUUID())
    await at.load({ parameters: { replay: runId } })
    expect(await at.lake.rows(`select populations from ${CURRENT} where bu_uid = $1`, [first])).toEqual([{ populations: ['employee'] }])
    expect(await at.lake.count('person_curated.person_data_by_service', `bu_uid = '${first}' and service like 'student%'`)).toBe(0)
  })

  it('that crashed after it had loaded everybody proves as much as one that did not', async () => {
    const [first, second] = [randomUUID(), randomUUID()]
    await postponeOne(first)
    await at.load({ runId: second, parameters: { replay: first } })
    const end = await at.load({ runId: second, attempt: 2, parameters: { replay: first } })
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 1, report: { rowsSeen: 1, counts: { people: 1, new: 1 } } })
    expect(end.report?.moves).toBeUndefined()
  })
})
