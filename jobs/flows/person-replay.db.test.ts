import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/platform/errors.ts'
import { CURRENT, type PersonLake, POSTPONED, personLake } from '#lib/testing/person-lake.ts'
import person from './person.ts'

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
})
