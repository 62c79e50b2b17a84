import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/fake-clock.ts'
import { watchCatalogue } from './watch-catalogue.ts'

let folder = ''
let path = ''
let stop = new AbortController()
let clock = new FakeClock(0)
let watching: Promise<void> = Promise.resolve()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-watch-'))
  path = join(folder, 'tidemark.yaml')
  stop = new AbortController()
  clock = new FakeClock(0)
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

function watch(onChange: () => Promise<void>) {
  watching = watchCatalogue({ path, clock, log: silentLog, signal: stop.signal, onChange })
}

describe('watching the catalogue', () => {
  it('reports the first look and every change, however it is written', async () => {
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
    let looks = 0
    await pass(2000, () => ++looks > 100)
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
    expect(clock.now()).toBe(0)
  })
})
