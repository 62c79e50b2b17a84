import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import person from '#jobs/flows/person.ts'
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

let letGo: (() => Promise<void>) | null = null
afterEach(() => letGo?.())

async function holdLake() {
  const client = new Client({ connectionString: at.lake.url })
  await client.connect()
  await client.query(`begin; lock table ${CURRENT} in access exclusive mode`)
  async function waiting(): Promise<number> {
    const { rows } = await client.query(
      `select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())`,
    )
    return rows.length
  }
  letGo = async () => {
    letGo = null
    await client.query('rollback')
    await client.end()
  }
  return {
    release: letGo,
    waiting,
    async untilAwaited(sessions: number): Promise<void> {
      while ((await waiting()) < sessions) await turns()
    },
  }
}

describe('the stages, while the lake is slow,', () => {
  it.each([false, true])('wait for a slow lake: the term lookups stop, and go on when it does (dry run: %s)', async (dryRun) => {
    const lists = deferred()
    at.people.onTerms = () => lists.promise
    const running = at.load({ parameters: { psQueryLimit: 4, snapLogicLimit: 2, insertLimit: 2, dryRun } })
    while (at.people.termsAsked.length < 4) await turns()
    const held = await holdLake()
    lists.resolve()
    await held.untilAwaited(2)
    await turns(200)
    const asked = at.people.termsAsked.length
    // Two batches of five being loaded, two asked for or waiting to be, one being filled, and four lookups.
    expect(asked).toBeLessThanOrEqual((2 + 2 + 1) * 5 + 4 + 5)
    await turns(500)
    expect(at.people.termsAsked).toHaveLength(asked)
    await held.release()
    expect(await running).toMatchObject({
      state: 'completed',
      report: { rowsSeen: 300, counts: { [dryRun ? 'would be new' : 'new']: 299 } },
    })
    expect(at.people.termsAsked).toHaveLength(300)
  })

  it('ask for no more batches while answered ones wait for the lake', async () => {
    const answers = deferred()
    at.people.onBatch = () => answers.promise
    const running = at.load({ parameters: { snapLogicLimit: 8 } })
    while (at.people.batches.length < 8) await turns()
    const held = await holdLake()
    answers.resolve()
    await held.untilAwaited(2)
    await turns(300)
    expect(at.people.batches).toHaveLength(8)
    await held.release()
    expect(await running).toMatchObject({ state: 'completed', rowsLoaded: 299 })
    expect(at.people.batches).toHaveLength(60)
  })

  it('take two connections to load, however many loads are allowed', async () => {
    const lists = deferred()
    at.people.onTerms = () => lists.promise
    const running = at.load({ parameters: { insertLimit: 2 } })
    while (at.people.termsAsked.length < 10) await turns()
    const held = await holdLake()
    lists.resolve()
    await held.untilAwaited(2)
    await turns(200)
    expect(await held.waiting()).toBe(2)
    await held.release()
    expect(await running).toMatchObject({ state: 'completed', rowsLoaded: 299 })
  })

  it('never hold more people between a batch and the lake than the queue takes', async () => {
    const lists = deferred()
    at.people.onTerms = () => lists.promise
    const running = at.load({ parameters: { queueSize: 12 } })
    while (at.people.termsAsked.length < 10) await turns()
    const held = await holdLake()
    lists.resolve()
    await held.untilAwaited(2)
    await turns(200)
    expect(at.people.batches.map(({ buids }) => buids.length)).toEqual([5, 5])
    await held.release()
    expect(await running).toMatchObject({ state: 'completed', rowsLoaded: 299 })
  })

  it('make room once for somebody who does not come back', async () => {
    at.people.answer = (records) => records.slice(0, 1)
    const holding: ReturnType<typeof holdLake>[] = []
    // Whoever asks while the lake is being locked waits for that, too.
    at.people.onBatch = async () => {
      if (at.people.batches.length < 10) return
      if (holding.length === 0) holding.push(holdLake())
      await holding[0]
    }
    const running = at.load({ parameters: { queueSize: 12 } })
    while (holding.length === 0) await turns()
    const held = await holding[0]
    await held?.untilAwaited(1)
    await turns(300)
    expect(at.people.batches.length).toBeLessThanOrEqual(12)
    await held?.release()
    const { state, ledger } = await running
    expect(state).toBe('partial')
    expect(ledger.progressReports.at(-1)).toMatchObject({ done: 300, total: 300 })
  })
})
