import type { PoolClient } from 'pg'
import { describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { RunStopped } from '#lib/engine/run/stop.ts'
import { counts, PERMITS } from '#lib/testing/runs/load-bench.ts'
import { beginLoad, type LoadLake } from './load-table.ts'

function serverError(code: string): Error {
  return Object.assign(new Error(`server says ${code}`), { code })
}

/** A session that takes every statement, and what became of it. */
function session() {
  const told: string[] = []
  const client = {
    query: async (text: unknown) => void told.push(typeof text === 'string' ? text : 'copy'),
    release: (broken: boolean) => void told.push(broken ? 'thrown away' : 'given back'),
  }
  return { told, client: asClient(client) }
}

// Only what a load calls is there.
function asClient(client: unknown): PoolClient {
  return client as PoolClient
}

function lakeThat(transact: () => Promise<never>, signal = new AbortController().signal) {
  const { told, client } = session()
  const lake: LoadLake = {
    connect: async () => client,
    once: transact,
    signal: () => signal,
    stamp: () => ({ at: new Date(0), runId: 'run-1' }),
  }
  return { told, lake }
}

describe('what the lake says of a load', () => {
  it.each([
    ['42501', 'refused', 'does not let its user write to parking.permits'],
    ['23505', 'refused', 'Two rows of parking.permits would have the same key'],
    ['23502', 'refused', 'has a constraint that the rows do not keep'],
    ['22P02', 'refused', 'A value does not fit its column in parking.permits'],
    ['54000', 'refused', 'larger than PostgreSQL takes'],
    ['53100', 'refused', 'The disk of the lake is full'],
    ['55P03', 'unavailable', 'The lake could not be reached or was busy'],
    ['40P01', 'unavailable', 'The lake could not be reached or was busy'],
  ])('%s is %s, in words; what is staged stays for another try', async (code, kind, words) => {
    const { lake, told } = lakeThat(() => Promise.reject(serverError(code)))
    const load = beginLoad(lake, PERMITS, null)
    await load.fill([])
    await expect(load.store()).rejects.toMatchObject({
      code: kind,
      publicMessage: expect.stringContaining(words),
      retryable: kind === 'unavailable',
    })
    expect(load.isFilled).toBe(true)
    await load.close()
    expect(told.at(-1)).toBe('given back')
  })

  it.each([
    ['a broken line', () => new Error('Connection terminated unexpectedly')],
    ['a server that goes down', () => serverError('57P01')],
    ['a network that gives up', () => serverError('EPIPE')],
    ['being overtaken', () => new RunStopped('fenced')],
  ])('after %s nothing is staged any more', async (_what, error) => {
    const { lake, told } = lakeThat(() => Promise.reject(error()))
    const load = beginLoad(lake, PERMITS, null)
    await load.fill([])
    await expect(load.store()).rejects.toThrow()
    expect(load.isFilled).toBe(false)
    await load.close()
    expect(told.at(-1)).toBe('thrown away')
  })

  it('nothing is stored that was not staged', async () => {
    const { lake } = lakeThat(() => Promise.reject(new Error('must not begin')))
    await expect(beginLoad(lake, PERMITS, null).store()).rejects.toMatchObject({ code: 'internal' })
  })

  it('what an earlier attempt committed is the answer, without a word to the lake', async () => {
    const { lake, told } = lakeThat(() => Promise.reject(new Error('must not begin')))
    const load = beginLoad(lake, PERMITS, counts({ seen: 5, inserted: 5 }))
    expect(await load.store()).toEqual(counts({ seen: 5, inserted: 5 }))
    await load.close()
    expect(told).toEqual([])
  })
})

describe('what the source says of a load', () => {
  it.each([
    ['its own words', new TidemarkError('unavailable', { publicMessage: 'Parking does not answer.', retryable: true })],
    ['an error that looks like one of the lake', serverError('42501')],
  ])('is passed on as it is: %s', async (_what, error) => {
    const { lake, told } = lakeThat(() => Promise.reject(new Error('must not begin')))
    const load = beginLoad(lake, PERMITS, null)
    async function* rows() {
      yield* []
      throw error
    }
    await expect(load.fill(rows())).rejects.toBe(error)
    expect(load.isFilled).toBe(false)
    await load.close()
    expect(told.at(-1)).toBe('given back')
  })

  it('counts for nothing once the run is stopped', async () => {
    const control = new AbortController()
    const { lake, told } = lakeThat(() => Promise.reject(new Error('must not begin')), control.signal)
    const load = beginLoad(lake, PERMITS, null)
    async function* rows() {
      control.abort(new RunStopped('cancelled'))
      yield { id: 1 }
    }
    await expect(load.fill(rows())).rejects.toThrow()
    expect(told.at(-1)).toBe('thrown away')
  })
})
