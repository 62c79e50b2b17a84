import { describe, expect, it } from 'vitest'
import { result, runHarness, START } from '#lib/testing/runs/run-harness.ts'

describe('a run whose flow returns', () => {
  it('is completed, with what the flow reported', async () => {
    const { start, closed } = runHarness()
    expect(await start(async () => ({ ...result, rowsByAsset: { 'lake/a.b': 7 } }))).toEqual({
      state: 'completed',
      rowsLoaded: 2,
      report: { rowsSeen: 10, counts: { terms: 1 }, rowsByAsset: { 'lake/a.b': 7 }, incomplete: null },
      problem: null,
      internalProblem: null,
    })
    expect(closed).toEqual(['lake'])
  })

  it('is partial as soon as one row was put aside', async () => {
    const { start, ledger } = runHarness()
    const end = await start(async (ctx) => {
      await ctx.quarantine('load', '2261/CS/111', 'no title', { subject: 'CS' })
      return result
    })
    expect(end.state).toBe('partial')
    expect(ledger.rejections).toEqual([{ at: START, task: 'load', key: '2261/CS/111', reason: 'no title', row: { subject: 'CS' } }])
  })

  it('is partial when a part could not be done, and says which', async () => {
    const { start } = runHarness()
    expect(await start(async () => ({ ...result, incomplete: 'Term 2261 could not be read.' }))).toMatchObject({
      state: 'partial',
      problem: 'Term 2261 could not be read.',
    })
  })

  it('says in words what was put aside, and reports which clocks it may move', async () => {
    const { start } = runHarness()
    const end = await start(async (ctx) => {
      await ctx.quarantine('load', '1', 'no title')
      return { ...result, remark: 'One course was put aside.', moves: 'writtenAt' }
    })
    expect(end).toMatchObject({ state: 'partial', problem: 'One course was put aside.', report: { incomplete: null, moves: 'writtenAt' } })
    const incomplete = await start(async () => ({ ...result, remark: 'One.', incomplete: 'A term is missing.' }))
    expect(incomplete.problem).toBe('A term is missing.')
  })

  it('fails when its report makes no sense', async () => {
    const { start } = runHarness()
    expect((await start(async () => ({ ...result, rowsSeen: -1 }))).state).toBe('failed')
  })
})

describe('what a flow is given', () => {
  it('has its parameters checked and filled in', async () => {
    const { start } = runHarness()
    const seen: unknown[] = []
    await start(async (ctx) => {
      seen.push(ctx.parameters, ctx.runId, ctx.attempt, ctx.scheduledFor, ctx.now())
      return result
    })
    expect(seen).toEqual([{ terms: [] }, 'run-1', 1, START, START])
  })

  it('is not started with parameters it does not take', async () => {
    const { start, closed } = runHarness()
    let started = false
    const end = await start(
      async () => {
        started = true
        return result
      },
      { parameters: { terms: 2261 } },
    )
    expect(end.state).toBe('failed')
    expect(end.problem).toContain('terms')
    expect(started).toBe(false)
    expect(closed).toEqual([])
  })

  it('reads through its connections', async () => {
    const { start, extracted } = runHarness()
    const rows: unknown[] = []
    await start(async (ctx) => {
      for await (const row of ctx.connect('source').extract({ query: 'Q' })) rows.push(row)
      return result
    })
    expect(rows).toEqual([1, 2, 3])
    expect(extracted).toEqual([['source', { query: 'Q' }]])
  })

  it('maps and cuts into batches', async () => {
    const { start } = runHarness()
    const sums: number[] = []
    await start(async (ctx) => {
      const sum = async (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)
      for await (const n of ctx.map(ctx.batch([1, 2, 3, 4, 5], 2), 2, sum)) sums.push(n)
      return result
    })
    expect(sums.sort((a, b) => a - b)).toEqual([3, 5, 7])
  })

  it('logs to the ledger, at the latest when the run ends', async () => {
    const { start, ledger } = runHarness()
    await start(async (ctx) => {
      ctx.log.info('started', { terms: 1 })
      ctx.log.error('odd')
      return result
    })
    expect(ledger.entries.map((entry) => [entry.level, entry.message])).toEqual([
      ['info', 'started'],
      ['error', 'odd'],
    ])
  })

  it('hands files over through the connection it names, and tells its counters at the end', async () => {
    const { start, delivered, ledger } = runHarness()
    await start(async (ctx) => {
      const file = { path: 'out/a.csv', contentType: 'text/csv', bytes: 0, sha256: '', open: async function* () {}, options: {} }
      ctx.count('file', { rows: 1 })
      await ctx.connect('partner').deliver(file)
      ctx.count('file', { rows: 2 })
      return result
    })
    expect(delivered).toEqual([['partner', 'out/a.csv']])
    expect(ledger.counted.at(-1)).toEqual({ file: { rows: 2 } })
  })

  it('builds an index through the connection it names, and no longer than the task that asks for it lasts', async () => {
    const { start, built } = runHarness()
    const signals: AbortSignal[] = []
    const end = await start((ctx) =>
      ctx.task('index', {}, async (signal) => {
        signals.push(signal)
        await ctx.connect('search').buildIndex({ alias: 'prices', runId: ctx.runId, attempt: ctx.attempt, fields: [] })
        return result
      }),
    )
    expect(end).toMatchObject({ state: 'failed', internalProblem: expect.stringContaining('no index here') })
    expect(built).toEqual([['search', 'prices', signals[0]]])
  })

  it('reports its last progress even when it came too soon after the one before', async () => {
    const { start, ledger } = runHarness()
    await start(async (ctx) => {
      ctx.progress(1, 3)
      ctx.progress(3, 3)
      return result
    })
    expect(ledger.progressReports.map((report) => report.done)).toEqual([1, 3])
  })
})

describe('a later attempt', () => {
  it('skips the tasks that have a result', async () => {
    const { start, ledger } = runHarness({ stored: { fetch: ['2261'] } })
    const done: unknown[] = []
    const end = await start(
      async (ctx) => {
        done.push(await ctx.task('fetch', {}, async () => ['never']))
        await ctx.task('load', {}, async () => void done.push('load'))
        return result
      },
      { attempt: 2 },
    )
    expect(end.state).toBe('completed')
    expect(done).toEqual([['2261'], 'load'])
    expect(ledger.started.map((task) => task.name)).toEqual(['load'])
    expect(ledger.entries[0]?.message).toContain('Attempt 2')
  })
})
