import { Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { Watchdog } from './watchdog.ts'

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('there is no collector to call')
  collect()
}

describe('a line', () => {
  const made = () =>
    new Watchdog('SFTP (library)', new Socket(), 10_000, new FakeClock('2026-11-20T09:00:00Z'), new AbortController().signal)

  it('forgets every answer once it is handed out, so that a large file costs the memory of one piece', async () => {
    const watchdog = made()
    const given = new WeakRef(await watchdog.within(async () => Buffer.alloc(1_000_000)))
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    expect(given.deref()).toBeUndefined()
  })

  it('gives everybody who waits the reason when it breaks', async () => {
    const watchdog = made()
    const questions = [1, 2].map(() => watchdog.within(() => new Promise<void>(() => {})))
    watchdog.break(new TidemarkError('unavailable', { publicMessage: 'It broke.' }))
    const ends = await Promise.allSettled(questions)
    expect(ends.map((end) => end.status === 'rejected' && String(end.reason))).toEqual([
      'TidemarkError: It broke.',
      'TidemarkError: It broke.',
    ])
    await expect(watchdog.within(async () => 1)).rejects.toThrow('It broke.')
  })
})
