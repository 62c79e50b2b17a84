import { beforeEach, describe, expect, it } from 'vitest'
import type { EarlierFiles, FileState, InboxFile, LandedCounts } from '#lib/domain/files/inbox-file.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { turns } from '#lib/testing/clock/fake-clock.ts'
import { runHarness } from '#lib/testing/runs/run-harness.ts'
import { drainInbox } from './drain-inbox.ts'
import type { FileEnd, FlowInbox, TakenFile, TakenFrom } from './flow-inbox.ts'

const COUNTS: LandedCounts = { rows: 10, rejected: 0, bytes: 100, encoding: 'utf-8', changedBytes: 0 }

const fileOf = (key: string): InboxFile => ({ source: 'bucket', bucket: 'shop', key, version: 'v', bytes: 1, modifiedAt: 0 })

/** An inbox in memory that writes down what is said of each file. */
class MemoryInbox implements FlowInbox {
  readonly ends = new Map<string, FileEnd>()
  readonly givenBack: string[] = []
  /** What is asked for: how many, and which only. */
  readonly asked: string[] = []
  /** In the hands of a worker that was lost. */
  leftOver: TakenFile[] = []
  makesOf: (file: TakenFile, end: FileEnd) => FileState | undefined = (_, end) =>
    end.kind === 'landed' ? 'landed' : end.isFinal ? 'failed' : 'arrived'
  readonly #waiting: TakenFile[]

  constructor(keys: readonly string[]) {
    this.#waiting = keys.map((key) => ({ id: key, tries: 1, file: fileOf(key) }))
  }

  async take(most: number, only?: TakenFrom): Promise<TakenFile[]> {
    this.asked.push(only === undefined ? `${most}` : `${most} ${only}`)
    const left = only === 'waiting' ? [] : this.leftOver.splice(0, most)
    return [...left, ...(only === 'left over' ? [] : this.#waiting.splice(0, most - left.length))]
  }

  async settle(file: TakenFile, end: FileEnd): Promise<FileState | undefined> {
    this.ends.set(file.id, end)
    return this.makesOf(file, end)
  }

  async giveBack(files: readonly TakenFile[]): Promise<void> {
    this.givenBack.push(...files.map(({ id }) => id))
  }

  async landAgain(): Promise<number> {
    return 0
  }

  async earlier(): Promise<EarlierFiles> {
    const landed = { landed: 2, rows: 30, rejected: 1, changedBytes: 0 }
    return { ...landed, failed: 1, gone: 1, waiting: ['b', 'z'].filter((id) => !this.ends.has(id)), lastReason: 'y: It is no gzip.' }
  }

  async countWaiting(): Promise<number> {
    return this.#waiting.length
  }
}

const broken = new TidemarkError('invalid', { publicMessage: 'It is no gzip.' })
const refusedHere = new TidemarkError('refused', { publicMessage: 'It may not be read.', status: 403, lasting: 'refused' })
const down = new TidemarkError('unavailable', { publicMessage: 'The store cannot be reached.', systemWide: true })

let inbox: MemoryInbox
let landed: string[]

beforeEach(() => {
  inbox = new MemoryInbox(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
  landed = []
})

function drained(errors: Record<string, Error> = {}, more: { attempt?: number; parameters?: unknown } = {}) {
  const harness = runHarness({ inbox })
  const end = harness.start(
    (ctx) =>
      drainInbox(ctx, async ({ key }) => {
        const error = errors[key]
        if (error !== undefined) throw error
        landed.push(key)
        return COUNTS
      }),
    more,
  )
  return { ...harness, end }
}

describe('a run that carries files over', () => {
  it('carries over all that wait, takes a few at a time, and counts what came of them', async () => {
    expect(await drained().end).toMatchObject({
      state: 'completed',
      rowsLoaded: 70,
      report: { rowsSeen: 70, counts: { files: 7, rows: 70 } },
    })
    expect(landed.sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
    expect(new Set(inbox.asked)).toEqual(new Set(['4']))
    expect(inbox.givenBack).toEqual([])
  })

  it('says of a file that cannot be carried over why, and goes on with the others', async () => {
    const end = await drained({ b: broken, e: refusedHere }).end
    expect(end).toMatchObject({ state: 'partial', rowsLoaded: 50, report: { counts: { files: 5, 'files not carried over': 2 } } })
    expect(end.problem).toBe('2 of 7 files could not be carried over. The last one, e: It may not be read.')
    // What stands in a file stays; who may read it may change.
    expect(inbox.ends.get('b')).toEqual({ kind: 'not-landed', reason: 'It is no gzip.', isFinal: true, isGone: false })
    expect(inbox.ends.get('e')).toEqual({ kind: 'not-landed', reason: 'It may not be read.', isFinal: false, isGone: false })
  })

  it('moves no clock where nothing landed', async () => {
    inbox = new MemoryInbox([])
    expect(await drained().end).toMatchObject({ state: 'completed', report: { moves: 'nothing' } })
    inbox = new MemoryInbox(['a'])
    expect(await drained({ a: broken }).end).toMatchObject({ state: 'partial', report: { moves: 'nothing' } })
  })

  it('says nothing bad of a file that was replaced before it was read', async () => {
    inbox.makesOf = (file, end) => (file.id === 'c' ? 'gone' : end.kind === 'landed' ? 'landed' : 'arrived')
    const end = await drained({ c: new TidemarkError('not-found', { publicMessage: 'It is not there.', lasting: 'gone' }) }).end
    expect(end).toMatchObject({ state: 'completed', report: { counts: { files: 6, 'files gone': 1 } } })
    expect(inbox.ends.get('c')).toMatchObject({ isGone: true })
  })

  it('counts no file that another worker has by then', async () => {
    inbox.makesOf = () => undefined
    expect(await drained().end).toMatchObject({ rowsLoaded: 0, report: { moves: 'nothing' } })
  })

  it('fails with what every file would meet, gives all back, and counts no try of theirs', async () => {
    const end = await drained(Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key) => [key, down]))).end
    expect(end).toMatchObject({ state: 'failed', problem: 'The store cannot be reached.' })
    expect(inbox.ends.size).toBe(0)
    expect(inbox.givenBack.sort()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('keeps what had landed before the store went down', async () => {
    const end = await drained({ f: down, g: down }).end
    expect(end).toMatchObject({ state: 'partial', problem: 'The store cannot be reached.', rowsLoaded: landed.length * 10 })
    expect(inbox.givenBack).toEqual(expect.arrayContaining(['f']))
    expect([...inbox.ends.keys(), ...inbox.givenBack].sort()).toEqual(expect.arrayContaining(['a', 'b', 'c', 'd', 'e', 'f']))
  })

  it('gives back what it has when it is stopped', async () => {
    const { control, end } = drained({ b: new TidemarkError('cancelled', { publicMessage: 'Stopped.' }) })
    expect(await end).toMatchObject({ state: 'failed' })
    expect(inbox.givenBack).toContain('b')
    expect(control.signal.aborted).toBe(false)
  })

  it('counts a try of what was under way when its time was over', async () => {
    const harness = runHarness({ inbox })
    const untilOver = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const end = harness.start((ctx) => drainInbox(ctx, async ({ key }) => (key === 'a' ? untilOver(ctx.signal) : COUNTS)))
    while (inbox.ends.size < 6) await turns()
    await harness.clock.advance(HOUR_MS)
    expect(await end).toMatchObject({ state: 'timed-out' })
    expect(inbox.ends.get('a')).toEqual({
      ...{ kind: 'not-landed', isFinal: false, isGone: false },
      reason: 'Carrying it over took longer than its flow allows.',
    })
    expect(inbox.givenBack).toEqual([])
  })

  it('takes what a lost worker had in hand one by one, after those that waited, and then all that have come meanwhile', async () => {
    inbox.leftOver = ['x', 'y'].map((key) => ({ id: key, tries: 2, file: fileOf(key) }))
    await drained({}, { attempt: 2 }).end
    expect(inbox.asked).toEqual([...['4 waiting', '4 waiting', '4 waiting'], ...['1 left over', '1 left over', '1 left over'], '4'])
    expect(landed.slice(0, 7).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
    expect(landed.slice(7)).toEqual(['x', 'y'])
  })

  it('comes to what a lost worker had in hand although files keep coming, and to all of it', async () => {
    inbox = new MemoryInbox(Array.from({ length: 99 }, (_, n) => `f${n}`))
    inbox.leftOver = ['x', 'y', 'z'].map((key) => ({ id: key, tries: 2, file: fileOf(key) }))
    const harness = runHarness({ inbox })
    await harness.start(
      (ctx) =>
        drainInbox(ctx, async ({ key }) => {
          landed.push(key)
          harness.clock.set(harness.clock.now() + MINUTE_MS)
          return COUNTS
        }),
      { attempt: 2 },
    )
    // Half of its time for those that wait, then all of these, although its time is over by then.
    expect(landed).toHaveLength(11)
    expect(landed.slice(-3)).toEqual(['x', 'y', 'z'])
  })

  it('tells of what became of files in the attempts before, too, and of each file once', async () => {
    const end = await drained({ e: broken }, { attempt: 2 }).end
    // Two had landed, y had failed, z and b were to be tried again, and b lands now.
    expect(end).toMatchObject({ state: 'partial', rowsLoaded: 90, report: { rowsSeen: 91 } })
    expect(end.report?.counts).toEqual({ files: 8, 'files not carried over': 3, 'files gone': 1, rows: 90, 'put aside': 1 })
    expect(end.problem).toBe('3 of 11 files could not be carried over. The last one, e: It is no gzip.')
    inbox = new MemoryInbox([])
    expect((await drained({}, { attempt: 2 }).end).problem).toBe('3 of 5 files could not be carried over. The last one, y: It is no gzip.')
  })

  it('asks what became of files before when none of them can end any more in other hands', async () => {
    inbox.leftOver = [{ id: 'x', tries: 2, file: fileOf('x') }]
    const earlier = inbox.earlier.bind(inbox)
    inbox.earlier = async () => {
      expect([inbox.leftOver.length, landed.at(-1)]).toEqual([0, 'x'])
      return earlier()
    }
    expect(await drained({}, { attempt: 2 }).end).toMatchObject({ rowsLoaded: 110 })
  })

  it('counts a file that is tried again in the same run once', async () => {
    const b = fileOf('b')
    const settle = inbox.settle.bind(inbox)
    inbox.settle = async (file, end) => {
      if (file.tries === 1 && file.id === 'b') inbox.leftOver.push({ id: 'b', tries: 2, file: b })
      return settle(file, end)
    }
    let tries = 0
    const harness = runHarness({ inbox })
    const end = await harness.start((ctx) =>
      drainInbox(ctx, async ({ key }) => {
        if (key === 'b' && ++tries === 1) throw refusedHere
        return COUNTS
      }),
    )
    expect(end).toMatchObject({ state: 'completed', report: { counts: { files: 7, rows: 70 } } })
  })

  it('takes none in a dry run', async () => {
    const harness = runHarness({ inbox })
    const end = await harness.start((ctx) => drainInbox({ ...ctx, parameters: { dryRun: true } }, async () => COUNTS))
    expect(end).toMatchObject({ rowsLoaded: 0, report: { moves: 'nothing', counts: { 'files waiting': 7 } } })
    expect(inbox.asked).toEqual([])
  })

  it('ends after a while although files keep coming, so that what it loaded counts', async () => {
    const harness = runHarness({ inbox })
    const end = await harness.start((ctx) =>
      drainInbox(ctx, async () => {
        harness.clock.set(harness.clock.now() + 4 * MINUTE_MS)
        return COUNTS
      }),
    )
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 40 })
    expect(await inbox.countWaiting()).toBe(3)
  })
})
