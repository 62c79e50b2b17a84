import { describe, expect, it } from 'vitest'
import { catalogueOf, shownSince, withDatesSince } from './catalogues.ts'
import { NO_PORTS } from './ports.ts'

const startup = { snowflake: 1, looker: 2, dbt: 3 }

describe('what the demo shows', () => {
  it('is what is asked for at its first start', () => expect(shownSince(undefined, 'startup')).toBe('startup'))

  it('stays, whatever later starts ask for: what begins later would stand there without a past', () => {
    expect(shownSince({ shows: 'campus', ports: NO_PORTS }, 'both')).toBe('campus')
    expect(shownSince({ shows: 'both', ports: NO_PORTS }, 'campus')).toBe('both')
    expect(shownSince({ shows: 'games', ports: NO_PORTS }, 'both')).toBe('games')
    expect(shownSince({ ports: NO_PORTS, shows: 'both' }, 'games')).toBe('both')
    expect(shownSince({ ports: NO_PORTS, shows: 'enterprise' }, 'both')).toBe('enterprise')
  })

  it.each([
    ['campus', { ...NO_PORTS, campus: 4 }],
    ['startup', { ...NO_PORTS, startup }],
    ['both', { ...NO_PORTS, campus: 4, startup }],
  ] as const)('is the %s where that was not noted yet, by what was started', (shown, ports) => {
    expect(shownSince({ ports }, 'both')).toBe(shown)
  })

  it('is the games only where that is asked for, with a catalogue of their own', async () => {
    expect(await catalogueOf({ demo: 'games', dataFolder: 'none', firstStart: 0 })).toBe('demo/games/catalogue')
    expect(await catalogueOf({ demo: 'both', dataFolder: 'none', firstStart: 0 })).toBe('demo/catalogue')
  })

  it('announces as far ahead as it is written, whenever its first start is', () => {
    const written = '  - { property: generalAvailability, value: "2026-12-06" }\n  - { property: since, value: "2026-12-06" }'
    const moved = withDatesSince(written, Date.parse('2027-03-13T04:59:00Z'))
    expect(moved).toBe('  - { property: generalAvailability, value: "2027-03-18" }\n  - { property: since, value: "2026-12-06" }')
  })
})
