import { describe, expect, it } from 'vitest'
import { shownSince } from './catalogues.ts'
import { NO_PORTS } from './ports.ts'

const startup = { snowflake: 1, looker: 2, dbt: 3 }

describe('what the demo shows', () => {
  it('is what is asked for at its first start', () => expect(shownSince(undefined, 'startup')).toBe('startup'))

  it('stays, whatever later starts ask for: what begins later would stand there without a past', () => {
    expect(shownSince({ shows: 'campus', ports: NO_PORTS }, 'both')).toBe('campus')
    expect(shownSince({ shows: 'both', ports: NO_PORTS }, 'campus')).toBe('both')
  })

  it.each([
    ['campus', { ...NO_PORTS, campus: 4 }],
    ['startup', { ...NO_PORTS, startup }],
    ['both', { ...NO_PORTS, campus: 4, startup }],
  ] as const)('is the %s where that was not noted yet, by what was started', (shown, ports) => {
    expect(shownSince({ ports }, 'both')).toBe(shown)
  })
})
