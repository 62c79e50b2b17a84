import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RunStopped } from '#lib/engine/run/stop.ts'
import { counts, createLoadBench, type LoadBench, PERMITS, permit } from '#lib/testing/runs/load-bench.ts'

let bench: LoadBench
const load: LoadBench['load'] = (...given) => bench.load(...given)
const content: LoadBench['content'] = (...given) => bench.content(...given)
beforeAll(async () => {
  bench = await createLoadBench()
})
afterAll(() => bench?.close())
beforeEach(() => bench.forget())

describe('a dry run', () => {
  it('says what would change and changes nothing, not even by making the table', async () => {
    expect(await load([permit(1)], { dryRun: true })).toEqual(counts({ seen: 1, inserted: 1 }))
    expect(await bench.tableExists()).toBe(false)
    await load([permit(1), permit(2)])
    expect(await load([permit(1, 'NEW'), permit(3)], { dryRun: true, mode: 'replace' })).toEqual(
      counts({ seen: 2, inserted: 1, changed: 1, deleted: 1 }),
    )
    expect(await content('id, plate')).toEqual(['1 P1', '2 P2'])
  })

  it('does not count as the load of its run', async () => {
    const lake = await bench.newRun()
    await lake.load({ ...PERMITS, dryRun: true }, [permit(1)])
    expect(await lake.load(PERMITS, [permit(1)])).toMatchObject({ inserted: 1 })
  })
})

describe('once per run', () => {
  it('a second attempt after the commit neither reads nor writes again', async () => {
    const first = await bench.newRun()
    const append = { ...PERMITS, mode: 'append' as const, key: [] }
    await first.load(append, [permit(1)])
    const second = await bench.secondAttempt()
    const unread = {
      [Symbol.asyncIterator]: () => {
        throw new Error('must not be read')
      },
    }
    expect(await second.load(append, unread)).toEqual(counts({ seen: 1, inserted: 1 }))
    expect(await content('id')).toEqual(['1'])
  })

  it('an attempt that was overtaken between staging and commit writes nothing and leaves nothing', async () => {
    await load([permit(1)])
    const older = await bench.newRun()
    const slow = await older.beginLoad({ ...PERMITS, mode: 'replace' })
    expect(await slow.fill([permit(7), permit(8)])).toBe(2)
    expect(await bench.leftovers()).toBe(1)
    const newer = await bench.secondAttempt()
    await expect(slow.store()).rejects.toThrow()
    await slow.close()
    expect(await content('id')).toEqual(['1'])
    expect(await newer.load({ ...PERMITS, mode: 'replace' }, [permit(7), permit(8)])).toEqual(counts({ seen: 2, inserted: 2, deleted: 1 }))
    expect(await bench.leftovers()).toBe(0)
  })

  it('an attempt whose lease ran out in the transaction writes nothing', async () => {
    let asked = 0
    const lake = await bench.newRun({
      assertHeld: () => {
        asked += 1
        if (asked > 1) throw new RunStopped('fenced')
      },
    })
    await expect(lake.load(PERMITS, [permit(1)])).rejects.toMatchObject({ code: 'fenced' })
    expect(await bench.tableExists()).toBe(false)
  })

  it('a session that is killed in the transaction leaves the old rows and nothing else; staged anew, it loads', async () => {
    await load([permit(1)])
    const lake = await bench.newRun()
    const killed = await lake.beginLoad({ ...PERMITS, mode: 'replace' })
    await killed.fill([permit(2)])
    await bench.admin.query('begin; lock table parking.permits in access exclusive mode')
    const storing = killed.store()
    storing.catch(() => {})
    const waiting = "select pid from pg_stat_activity where wait_event_type = 'Lock' and application_name like 'tidemark/parking/%'"
    let pid: number | undefined
    while (pid === undefined) pid = (await bench.admin.query(waiting)).rows[0]?.pid
    await bench.admin.query('select pg_terminate_backend($1)', [pid])
    await bench.admin.query('rollback')
    await expect(storing).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    expect(await content('id')).toEqual(['1'])
    expect(killed.isFilled).toBe(false)
    await killed.fill([permit(2)])
    expect(await killed.store()).toMatchObject({ inserted: 1, deleted: 1 })
    await killed.close()
  })

  it('is refused and stays usable: the same rows are stored once the table lets them', async () => {
    await bench.admin.query('create schema parking; create table parking.permits (id bigint primary key, plate text, until text)')
    const lake = await bench.newRun()
    const slow = await lake.beginLoad(PERMITS)
    await slow.fill([permit(1), permit(1, 'last')])
    await expect(slow.store()).rejects.toMatchObject({ code: 'refused' })
    await bench.admin.query('alter table parking.permits alter column until type date using null')
    expect(slow.isFilled).toBe(true)
    expect(await slow.store()).toEqual(counts({ seen: 2, inserted: 1, duplicates: 1 }))
    await slow.close()
  })
})
