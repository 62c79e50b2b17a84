import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import person from '#jobs/flows/person.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { deferred, turns } from '#lib/testing/clock/fake-clock.ts'
import { CURRENT, type PersonLake, personLake } from '#lib/testing/worlds/person-lake.ts'

let at: PersonLake

beforeAll(async () => {
  at = await personLake(person)
})
afterAll(() => at.lake.close())

beforeEach(async () => {
  await at.restart()
  at.people.add(1, { populations: ['employee', 'affiliate', 'student'] })
  await at.load()
  at.people.behave()
  at.people.add(299)
})

function watched() {
  const seen = { now: 0, most: 0 }
  return {
    seen,
    async visit(stay: number): Promise<void> {
      seen.now += 1
      seen.most = Math.max(seen.most, seen.now)
      await turns(stay)
      seen.now -= 1
    },
  }
}

describe('the stages', () => {
  it('ask for no more at the same time than they may', async () => {
    const terms = watched()
    const batches = watched()
    at.people.onTerms = () => terms.visit(3)
    at.people.onBatch = () => batches.visit(60)
    await at.load({ parameters: { psQueryLimit: 3, snapLogicLimit: 2 } })
    expect([terms.seen.most, batches.seen.most]).toEqual([3, 2])
  })

  it('give the place of somebody who waits for a retry to others', async () => {
    const [first = ''] = at.people.people.keys()
    const order: string[] = []
    let failures = 3
    at.people.onTerms = (buid) => {
      order.push(buid)
      if (buid === first && failures-- > 0) throw new TidemarkError('unavailable', { publicMessage: 'Busy.', retryable: true })
    }
    expect(await at.load({ parameters: { psQueryLimit: 1 } })).toMatchObject({ state: 'completed' })
    const tries = order.flatMap((buid, index) => (buid === first ? [index] : []))
    expect(tries).toHaveLength(4)
    expect((tries[1] ?? 0) - (tries[0] ?? 0)).toBeGreaterThan(1)
  })

  it('all end when one of them does: nobody is asked for any more', async () => {
    at.people.onBatch = () => {
      throw new TidemarkError('refused', { publicMessage: 'The key is wrong.', systemWide: true })
    }
    const end = await at.load()
    expect(end.state).toBe('failed')
    const asked = at.people.termsAsked.length
    await turns(300)
    expect(at.people.termsAsked).toHaveLength(asked)
    expect(asked).toBeLessThan(150)
  })

  it('let go of the questions under way when one of them ends', async () => {
    const under: AbortSignal[] = []
    at.people.onTerms = (_buid, _query, signal) => {
      if (at.people.termsAsked.length <= 20) return undefined
      under.push(signal)
      return new Promise(() => {})
    }
    at.people.onBatch = async () => {
      while (under.length === 0) await turns()
      throw new TidemarkError('refused', { publicMessage: 'The key is wrong.', systemWide: true })
    }
    expect((await at.load()).state).toBe('failed')
    expect(under.length).toBeGreaterThan(0)
    expect(under.every((signal) => signal.aborted)).toBe(true)
  })

  it('leave neither a session on the lake behind when one of them ends, nor anybody in the way of the next run', async () => {
    const parameters = { queueSize: 12, snapLogicLimit: 1 }
    at.people.onBatch = () => {
      throw new TidemarkError('refused', { publicMessage: 'The key is wrong.', systemWide: true })
    }
    expect((await at.load({ parameters })).state).toBe('failed')
    const sessions = () => at.lake.count('pg_stat_activity', "application_name like 'tidemark/person/%'")
    // The server needs a moment to notice that they have gone; one that was forgotten leaves by itself after ten seconds.
    await expect.poll(sessions, { timeout: 5000 }).toBe(0)
    at.people.behave()
    expect((await at.load({ parameters })).state).toBe('completed')
  })

  it('of two runs one after the other in one process know nothing of each other', async () => {
    const ids = [...at.people.people.keys()]
    const load = async (unlucky: readonly string[]) => {
      at.people.behave()
      at.people.onTerms = (buid) => {
        if (unlucky.includes(buid)) throw new TidemarkError('refused', { publicMessage: 'No.' })
      }
      const { state, ledger } = await at.load()
      return { state, terms: ledger.counted.at(-1)?.['terms'] }
    }
    // Fifteen failures in a row are no outage, thirty would be.
    const partial = { state: 'partial', terms: { asked: 300, failed: 15 } }
    expect(await load(ids.slice(-15))).toMatchObject(partial)
    expect(await load(ids.slice(0, 15))).toMatchObject(partial)
    expect(await load([])).toMatchObject({ state: 'completed', terms: { asked: 300, failed: 0 } })
  })
})

describe('a run that is cut down', () => {
  async function cutDown(runId: string, batches: number) {
    const hang = deferred()
    let asked = 0
    at.people.onBatch = () => {
      asked += 1
      return asked > batches ? hang.promise : undefined
    }
    const attempt = at.load({ runId, parameters: { snapLogicLimit: 1 } })
    const loaded = () => at.lake.count(CURRENT, `last_seen_run = '${runId}'`)
    while (asked <= batches || (await loaded()) < batches * 5) await turns()
    return { attempt, hang, asked: [...at.people.termsAsked], loaded: await loaded() }
  }

  it('goes on where it was, and ends as if nothing had happened', async () => {
    const runId = randomUUID()
    const first = await cutDown(runId, 20)
    at.people.behave()
    const end = await at.load({ runId, attempt: 2 })
    expect(end).toMatchObject({
      state: 'completed',
      rowsLoaded: 299,
      report: { rowsSeen: 300, counts: { people: 300, new: 299, unchanged: 1 } },
    })
    expect(at.people.termsAsked).toHaveLength(300 - first.loaded)
    expect(end.ledger.progressReports.at(-1)).toMatchObject({ done: 300, total: 300 })
    const resumed = await at.everything()
    first.hang.resolve()
    expect((await first.attempt).state).toBe('fenced')
    expect(await at.everything()).toEqual(resumed)
    at.people.behave()
    await at.lake.rows(`truncate ${CURRENT}, person_raw.person_data, person_curated.person_data_by_service`)
    await at.load()
    expect(await at.everything()).toEqual(resumed)
  })

  it('three times still doubles nothing and loses nothing', async () => {
    const runId = randomUUID()
    const hung = []
    for (const [index, batches] of [3, 8, 20].entries()) {
      const hang = deferred()
      let asked = 0
      at.people.onBatch = () => {
        asked += 1
        return asked > batches ? hang.promise : undefined
      }
      const before = await at.lake.count(CURRENT, `last_seen_run = '${runId}'`)
      hung.push({ hang, attempt: at.load({ runId, attempt: index + 1, parameters: { snapLogicLimit: 1 } }) })
      while ((await at.lake.count(CURRENT, `last_seen_run = '${runId}'`)) < before + batches * 5) await turns()
    }
    at.people.behave()
    expect(await at.load({ runId, attempt: 4 })).toMatchObject({ state: 'completed', report: { counts: { new: 299, unchanged: 1 } } })
    expect(await at.lake.count('person_raw.person_data')).toBe(300)
    for (const { hang, attempt } of hung) {
      hang.resolve()
      expect((await attempt).state).toBe('fenced')
    }
  })

  it('does not ask again for people whom it has postponed already, and still says so', async () => {
    const runId = randomUUID()
    const [, unlucky = ''] = at.people.people.keys()
    at.people.onTerms = (buid) => {
      if (buid === unlucky) throw new TidemarkError('refused', { publicMessage: 'No such person.' })
    }
    await cutDown(runId, 4)
    at.people.behave()
    const end = await at.load({ runId, attempt: 2 })
    // The new ledger stands for one that the first attempt did not get to: its line is told by the second.
    expect(end).toMatchObject({ state: 'partial', report: { counts: { 'postponed: terms': 1, new: 298 } } })
    expect(end.ledger.rejections).toMatchObject([{ task: 'person terms', reason: 'No such person.' }])
    expect(end.problem).toContain('1 of 300 people are postponed')
    expect(at.people.termsAsked).not.toContain(unlucky)
  })
})
