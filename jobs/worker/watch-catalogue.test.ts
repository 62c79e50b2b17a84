import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CatalogueTexts } from '#lib/commands/catalogue/read-catalogue.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'
import { watchCatalogue } from './watch-catalogue.ts'

let folder = ''
let path = ''
let stop = new AbortController()
/** Long after any file of this test was written. */
const START = Date.parse('2100-01-01T00:00:00Z')
let clock = new FakeClock(START)
let watching: Promise<void> = Promise.resolve()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-watch-'))
  path = join(folder, 'tidemark.yaml')
  stop = new AbortController()
  clock = new FakeClock(START)
})
afterEach(async () => {
  stop.abort()
  await watching
  rmSync(folder, { recursive: true })
})

/** Lets time pass until it happened: reading files takes real turns of the event loop, and no time. */
async function pass(ms: number, happened: () => boolean) {
  for (let turn = 0; turn < 500_000 && !happened(); turn++) {
    await clock.advance(ms)
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  expect(happened()).toBe(true)
}

function watch(onChange: (read: CatalogueTexts) => Promise<void>) {
  watching = watchCatalogue({ path, clock, log: silentLog, signal: stop.signal, onChange })
}

describe('watching the catalogue', () => {
  it('reports the first reading and every change, however it is written', async () => {
    let calls = 0
    writeFileSync(path, 'a: 1')
    watch(async () => void calls++)
    await pass(0, () => calls === 1)
    writeFileSync(path, 'a: 2')
    await pass(500, () => calls === 2)
    writeFileSync(join(folder, '.tmp'), 'a: 3')
    renameSync(join(folder, '.tmp'), path)
    await pass(500, () => calls === 3)
    unlinkSync(path)
    await pass(500, () => calls === 4)
    writeFileSync(path, 'a: 3')
    await pass(500, () => calls === 5)
  })

  it('reports nothing while nothing changes', async () => {
    let calls = 0
    writeFileSync(path, 'a: 1')
    watch(async () => void calls++)
    await pass(0, () => calls === 1)
    let reads = 0
    await pass(2000, () => ++reads > 100)
    expect(calls).toBe(1)
  })

  it('tries again when the change could not be taken over', async () => {
    let calls = 0
    writeFileSync(path, 'a: 1')
    watch(async () => {
      calls++
      if (calls < 3) throw new Error('the database is away')
    })
    await pass(2000, () => calls === 3)
  })

  it('stops at once when told to', async () => {
    writeFileSync(path, 'a: 1')
    watch(async () => stop.abort())
    await watching
    expect(clock.now()).toBe(START)
  })
})

describe('a catalogue that is being written', () => {
  const taken: string[] = []
  const take = async (read: CatalogueTexts) =>
    void taken.push(read.ok ? read.texts.map(({ text }) => text).join('|') : read.problem.problem)

  beforeEach(() => {
    taken.length = 0
    clock = new FakeClock(0)
  })

  /** Writes in pieces, with a pause after each; reading is given its turns. */
  async function writeSlowly(file: string, pieces: readonly string[], pauseMs: number) {
    for (const piece of pieces) {
      appendFileSync(file, piece)
      await clock.advance(pauseMs)
      for (let turn = 0; turn < 50; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }

  it.each([
    ['at the first reading', 0],
    ['while another is in force', 1],
  ])('is taken when it is whole, not before, %s', async (_when, before) => {
    if (before === 1) writeFileSync(path, 'old: 1\n')
    watch(take)
    if (before === 1) await pass(250, () => taken.length === 1)
    writeFileSync(path, '')
    await writeSlowly(path, ['groups:\n  a: {}\n', '  b: {}\n', '  c: ', '{}\n', '  d: {}\n'], 750)
    await pass(250, () => taken.length === before + 1)
    expect(taken.slice(before)).toEqual(['groups:\n  a: {}\n  b: {}\n  c: {}\n  d: {}\n'])
  })

  it('waits longer where a file ends within a line', async () => {
    watch(take)
    writeFileSync(path, '')
    await writeSlowly(path, ['groups:\n  a: { feeds: {} }\n  b', ': {}\n'], 1250)
    await pass(250, () => taken.length === 1)
    expect(taken).toEqual(['groups:\n  a: { feeds: {} }\n  b: {}\n'])
  })

  it('is taken within three seconds of its last change, also without an end of line', async () => {
    const hurried = new HurriedClock(0)
    const changedAt: number[] = []
    const takenAt: number[] = []
    const onChange = async () => {
      takenAt.push(hurried.now())
      if (takenAt.length === 3) return stop.abort()
      writeFileSync(path, takenAt.length === 1 ? 'a: 2' : 'a: 3\n')
      changedAt.push(hurried.now())
    }
    writeFileSync(path, 'a: 1')
    await watchCatalogue({ path, clock: hurried, log: silentLog, signal: stop.signal, onChange })
    const delays = changedAt.map((at, i) => (takenAt[i + 1] ?? Number.NaN) - at)
    expect(delays.every((delay) => delay > 0 && delay < 3000)).toBe(true)
  })

  it('counts as one where it is a folder', async () => {
    path = join(folder, 'parts')
    mkdirSync(path)
    writeFileSync(join(path, 'a.yaml'), 'a: 1\n')
    watch(take)
    writeFileSync(join(path, 'b.yaml'), '')
    await writeSlowly(join(path, 'b.yaml'), ['b: 1\n', 'c: 1\n', 'd: 1\n'], 750)
    await pass(250, () => taken.length === 1)
    expect(taken).toEqual(['a: 1\n|b: 1\nc: 1\nd: 1\n'])
  })

  it('does not wait for a named pipe in the folder, and says what it is', async () => {
    path = join(folder, 'piped')
    mkdirSync(path)
    writeFileSync(join(path, 'a.yaml'), 'a: 1\n')
    expect(spawnSync('mkfifo', [join(path, 'b.yaml')]).status).toBe(0)
    watch(take)
    await pass(250, () => taken.length === 1)
    expect(taken[0]).toContain('b.yaml is no file that can be read: a pipe, a device or a folder.')
  })
})
