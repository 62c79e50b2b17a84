import { describe, expect, it, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { at } from '#lib/testing/history/domain-builders.ts'
import { readAnnouncedWork, readChangedWindow } from './announced-work.ts'

const NOW = at('2026-11-29T12:00')
const ZONE = 'America/New_York'
const read = (fields: object) => readAnnouncedWork({ ...fields }, ZONE, NOW)
const SUNDAYS = { when: 'recurring', days: 'week', interval: '1', sun: 'on', begins: '02:00', ends: '04:00', first: '', last: '' }

describe('announced work', () => {
  it('begins now and lasts', () => {
    expect(read({ when: 'now', for: '2h' })).toEqual({ kind: 'once', from: NOW, to: NOW + 2 * HOUR_MS })
  })

  it('is from a day and time to another, as the clocks of the page show them', () => {
    expect(read({ when: 'once', from: '2026-12-01T22:00', to: '2026-12-02T02:00' })).toEqual({
      kind: 'once',
      from: at('2026-12-02T03:00'),
      to: at('2026-12-02T07:00'),
    })
  })

  it('comes again, from today on where nothing else is said', () => {
    expect(read(SUNDAYS)).toEqual({
      kind: 'recurring',
      recurrence: {
        days: { every: 'week', interval: 1, weekdays: [7] },
        from: '02:00',
        to: '04:00',
        firstDay: '2026-11-29',
        lastDay: null,
        zone: ZONE,
      },
    })
    const monthly = { ...SUNDAYS, days: 'month', interval: 3, monthDay: '31', first: '2027-01-01', last: '2027-12-31' }
    expect(read(monthly)).toMatchObject({
      recurrence: { days: { every: 'month', interval: 3, monthDay: 31 }, firstDay: '2027-01-01', lastDay: '2027-12-31' },
    })
  })
})

test.each([
  [{}, ['Say when: now, once or recurring.']],
  [{ when: 'now', for: 'ever' }, ['How long it lasts is a duration such as 45m, 2h or 1d.']],
  [{ when: 'now', for: '32d' }, [expect.stringContaining('lasts at most 31 d')]],
  [{ when: 'once', from: '2026-11-28 10:00', to: '2026-11-30 10:00' }, [expect.stringContaining('has passed')]],
  [
    { when: 'once', from: 'soon', to: 'later' },
    [expect.stringContaining('"soon" is no day and time'), expect.stringContaining('"later" is no day')],
  ],
  [{ when: 'once', from: '2026-12-01 10:00', to: 'later' }, [expect.stringContaining('"later" is no day and time for the end')]],
  [{ when: 'once', from: '2026-12-01 10:00', to: '2026-12-01 10:00' }, ['It must end after it begins.']],
  [{ when: 'once', from: '2026-12-01 10:00', to: '2027-02-01 10:00' }, [expect.stringContaining('lasts at most 31 d')]],
  [{ ...SUNDAYS, sun: undefined }, ['Say at least one weekday: mon, tue, wed, thu, fri, sat or sun.']],
  [{ ...SUNDAYS, days: 'year' }, ['Say on which days: of the week or of the month.']],
  [{ ...SUNDAYS, first: '2027-02-01', last: '2027-01-01' }, ['The last day lies before the first.']],
  [{ ...SUNDAYS, first: '2026-11-30', last: '2026-12-05' }, [expect.stringContaining('would never come')]],
  [{ ...SUNDAYS, first: '2040-01-01' }, ['Nothing is announced beyond 2031-12-31.']],
  [
    { ...SUNDAYS, interval: '0', begins: '2 am', ends: '25:00', last: '2026-02-30' },
    [
      'Every how many weeks or months is a number from 1 to 12.',
      'When it begins is a time such as 02:00.',
      'When it ends is a time such as 02:00.',
      'The last day is a day such as 2026-12-01.',
    ],
  ],
  [{ ...SUNDAYS, days: 'month', monthDay: '32' }, ['The day of the month is a number from 1 to 31.']],
])('%o is refused in words, all that is wrong at once', (fields, problems) => {
  expect(read(fields)).toEqual({ problems })
})

test('a year ahead is as far as one can announce, to the day', () => {
  const from = new Date(NOW + 366 * DAY_MS).toISOString()
  expect(read({ when: 'once', from, to: new Date(NOW + 367 * DAY_MS).toISOString() })).toMatchObject({ kind: 'once' })
})

test('a changed window begins and ends as the clocks of the page show it; what is left empty is not said', () => {
  expect(readChangedWindow({ from: '2026-12-01T22:00', to: '' }, ZONE)).toEqual({ from: at('2026-12-02T03:00'), to: null })
  expect(readChangedWindow({}, ZONE)).toEqual({ from: null, to: null })
  expect(readChangedWindow({ from: 'soon', to: 'later' }, ZONE)).toEqual({
    problems: [expect.stringContaining('"soon"'), expect.stringContaining('"later"')],
  })
})
