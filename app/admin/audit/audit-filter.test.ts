import { describe, expect, it } from 'vitest'
import { WHOLE_AUDIT } from '#lib/queries/pages/audit-page.ts'
import { parseAuditFilter } from './audit-filter.ts'

describe('a question to the audit', () => {
  it('may name who, what, about what, the outcome and days', () => {
    expect(parseAuditFilter({})).toEqual(WHOLE_AUDIT)
    const asked = {
      who: ' ada ',
      action: 'run.request',
      target: 'flow:',
      outcome: 'refused',
      from: '2026-11-01',
      to: '2026-11-01',
      before: '17',
    }
    expect(parseAuditFilter(asked)).toEqual({ ...asked, who: 'ada' })
  })

  it.each([
    [{ outcome: 'maybe' }, 'There is no outcome “maybe”.'],
    [{ from: '2026-02-30' }, '“2026-02-30” is no day'],
    [{ from: '2026-11-02', to: '2026-11-01' }, 'lies after the last'],
    [{ before: '-1' }, 'no place in the audit'],
    [{ before: '9'.repeat(19) }, 'no place in the audit'],
    [{ who: 'x'.repeat(201) }, 'longer than 200'],
    [{ target: 'a\0' }, 'holds a character'],
  ])('is refused in words: %j', (question, words) => {
    expect(parseAuditFilter(question)).toEqual({ problem: expect.stringContaining(words) })
  })
})
