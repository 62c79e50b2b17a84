import { describe, expect, test } from 'vitest'
import type { Arrival } from '#lib/domain/freshness/facts.ts'
import { aDeadline, arrival, at, aWriter, loaded, loadedBy } from '#lib/testing/history/domain-builders.ts'
import { outsideInWords } from './outside-windows.ts'

const DAYS = ['01', '02', '03', '04', '05', '06']
const each = (make: (day: string) => Arrival) => DAYS.map(make)
const nightly = aDeadline()

describe('a deadline whose last arrivals', () => {
  test('all come in the evening is told to open earlier', () => {
    expect(
      outsideInWords(
        nightly,
        each((day) => loaded(`2026-03-${day}T21:48`)),
      ),
    ).toBe(
      'Its last 5 arrivals came outside of that: the newest, on 2026-03-06, 19 h 3 min late, 21:48. If they are meant for the time that follows, write "opensBefore: 5h".',
    )
  })

  test('all come hours after it is told to be later or more patient', () => {
    expect(
      outsideInWords(
        nightly,
        each((day) => loaded(`2026-03-${day}T06:10`)),
      ),
    ).toBe(
      'Its last 5 arrivals came outside of that: the newest, on 2026-03-06, 3 h 25 min late, 06:10. If that is when they come, move "cron", or give more "grace".',
    )
  })

  test('are in time for it is told nothing, also where one of them is not', () => {
    expect(
      outsideInWords(
        nightly,
        each((day) => loaded(`2026-03-${day}T02:40`)),
      ),
    ).toBeNull()
    expect(outsideInWords(nightly, [...each((day) => loaded(`2026-03-${day}T21:48`)), loaded('2026-03-07T02:40')])).toBeNull()
    const readyBy8 = aDeadline({ cron: '0 8 * * *', writer: aWriter('0 20 * * *') })
    expect(
      outsideInWords(
        readyBy8,
        each((day) => loadedBy(`2026-03-${day}T20:00`, `2026-03-${day}T20:10`)),
      ),
    ).toBeNull()
  })

  test('are too few, of another clock or from the future is told nothing', () => {
    expect(outsideInWords(nightly, [loaded('2026-03-05T21:48'), loaded('2026-03-06T21:48')])).toBeNull()
    const byLoads = aDeadline({ clock: 'loadedAt' })
    expect(
      outsideInWords(
        byLoads,
        each((day) => arrival('writtenAt', `2026-03-${day}T21:48`)),
      ),
    ).toBeNull()
    expect(
      outsideInWords(
        nightly,
        each((day) => loaded(`2027-03-${day}T21:48`, { recordedAt: at(`2026-03-${day}T21:48`) })),
      ),
    ).toBeNull()
  })

  test('tell data through the day before is told nothing', () => {
    const through = aDeadline({ cron: '0 6 * * *', clock: 'dataThroughAt' })
    const seen = each((day) => arrival('dataThroughAt', `2026-03-${day}T23:00`, { recordedAt: at(`2026-03-${day}T23:00`) + 4 * 3_600_000 }))
    expect(outsideInWords(through, seen)).toBeNull()
  })
})
