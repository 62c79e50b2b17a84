import { describe, expect, it } from 'vitest'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import type { LogEntry } from './ledger.ts'
import { RunLog } from './run-log.ts'

function harness() {
  const clock = new FakeClock('2026-03-01T02:00:00Z')
  const writes: LogEntry[][] = []
  const state = { broken: false }
  const write = async (entries: readonly LogEntry[]) => {
    if (state.broken) throw new Error('no database')
    writes.push([...entries])
  }
  const log = new RunLog({ clock, signal: new AbortController().signal, log: silentLog, write })
  return { clock, writes, state, log }
}

describe('the log of a run', () => {
  it('is written once per second', async () => {
    const { clock, log, writes } = harness()
    log.add('info', 'one')
    await clock.advance(600)
    log.add('warn', 'two', { rows: 3 })
    expect(writes).toHaveLength(0)
    await clock.advance(400)
    expect(writes).toHaveLength(1)
    expect(writes[0]?.map((entry) => entry.message)).toEqual(['one', 'two'])
    expect(writes[0]?.[1]).toMatchObject({ level: 'warn', data: { rows: 3 } })
  })

  it('keeps the moment of each line', async () => {
    const { clock, log, writes } = harness()
    log.add('info', 'one')
    await clock.advance(250)
    log.add('info', 'two')
    await log.flush()
    expect(writes[0]?.map((entry) => entry.at)).toEqual([Date.parse('2026-03-01T02:00:00Z'), Date.parse('2026-03-01T02:00:00.250Z')])
  })

  it('writes nothing when there is nothing', async () => {
    const { log, writes } = harness()
    await log.flush()
    expect(writes).toEqual([])
  })

  it('keeps what could not be written for the next time', async () => {
    const { log, state, writes } = harness()
    state.broken = true
    log.add('info', 'one')
    await log.flush()
    state.broken = false
    log.add('info', 'two')
    await log.flush()
    expect(writes.map((entries) => entries.map((entry) => entry.message))).toEqual([['one', 'two']])
  })

  it('does not grow without bound and says what it left out', async () => {
    const { log, writes } = harness()
    for (let i = 0; i < 5007; i++) log.add('info', `line ${i}`)
    await log.flush()
    expect(writes[0]).toHaveLength(5001)
    expect(writes[0]?.at(-1)).toMatchObject({ level: 'warn', message: '7 further lines in one second are not kept' })
  })
})
