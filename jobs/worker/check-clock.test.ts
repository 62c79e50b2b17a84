import { describe, expect, it } from 'vitest'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { requireRightClock } from './check-clock.ts'

const NOW = Date.parse('2026-03-01T07:00:00Z')

function databaseAt(ms: number) {
  const query = async () => ({ rows: [{ ms }] })
  return { query } as unknown as Parameters<typeof requireRightClock>[0]
}

describe('the clock at the start', () => {
  it.each([0, 999, -999, 1000])('may be %i ms off', async (off) => {
    await expect(requireRightClock(databaseAt(NOW + off), new FakeClock(NOW))).resolves.toBeUndefined()
  })

  it.each([1001, -1001, 3_600_000])('may not be %i ms off', async (off) => {
    await expect(requireRightClock(databaseAt(NOW + off), new FakeClock(NOW))).rejects.toMatchObject({ code: 'refused' })
  })

  it('says by how much it is wrong and what to do', async () => {
    await expect(requireRightClock(databaseAt(NOW + 3_600_000), new FakeClock(NOW))).rejects.toThrow(/1 h.*NTP/)
  })
})
