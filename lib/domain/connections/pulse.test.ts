import { describe, expect, it } from 'vitest'
import type { Hearsay } from '#lib/domain/freshness/second-look.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { type Absence, hearPulse, nextPulseAt, PULSE_EVERY_MS } from './pulse.ts'

const NOTHING: Hearsay<Absence> = { inForce: null, suspected: null }
const gone = { reason: 'gone' as const, from: 0 }

/** What is believed once each of these was answered, asked as soon as may be; and when that was. */
function heardAfter(answers: readonly ('good' | 'failed' | Absence)[], before = NOTHING) {
  let at = 0
  let heard = hearPulse(before, answers[0] ?? 'failed', at)
  for (const answer of answers.slice(1)) {
    at = nextPulseAt(heard, at)
    heard = hearPulse(heard, answer, at)
  }
  return { ...heard, at }
}

describe('a database that is not there', () => {
  it('is gone once it was said twice, within a minute of its end, from the first time on', () => {
    const heard = heardAfter(['gone', 'gone'])
    expect(heard).toMatchObject({ inForce: { reason: 'gone', from: 0 }, begunAt: 0 })
    expect(heard.at + PULSE_EVERY_MS + 2 * 5 * SECOND_MS).toBeLessThan(MINUTE_MS)
  })

  it('is not gone for having been dropped and made anew, nor for one that nobody answered', () => {
    expect(heardAfter(['gone', 'good'])).toMatchObject({ inForce: null, suspected: null })
    expect(heardAfter(['failed', 'failed', 'failed']).inForce).toBeNull()
    expect(heardAfter(['unheard', 'gone']).inForce).toBeNull()
  })

  it('is asked for at the usual pace while all is well, and while it is gone', () => {
    expect(nextPulseAt(hearPulse(NOTHING, 'good', 5), 5)).toBe(5 + PULSE_EVERY_MS)
    expect(nextPulseAt(hearPulse({ ...NOTHING, inForce: gone }, 'gone', 5), 5)).toBe(5 + PULSE_EVERY_MS)
  })

  it('stays gone while its server is down, and comes back with it', () => {
    expect(heardAfter(['unheard', 'unheard'], { ...NOTHING, inForce: gone }).inForce).toEqual(gone)
    expect(heardAfter(['good'], { ...NOTHING, inForce: gone })).toMatchObject({ inForce: null, endedAt: 0 })
  })

  it('is known to be gone once its server is back without it', () => {
    const heard = heardAfter(['gone', 'gone'], { ...NOTHING, inForce: { reason: 'unheard', from: -MINUTE_MS } })
    expect(heard).toMatchObject({ inForce: { reason: 'gone', from: 0 }, endedAt: 0 })
  })
})
