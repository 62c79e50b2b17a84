import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { minute } from '#lib/testing/incidents/cause-changes.ts'
import { handlingAt, type Said } from './said.ts'
import {
  ASSIGNEE_LENGTH_MAX,
  conflictOf,
  isSaidAlready,
  problemOf,
  readSnoozeEnd,
  type Saying,
  TEXT_LENGTH_MAX,
  toShownSaying,
} from './saying.ts'

const now = minute(60)

test.each<[string, Saying, string | null]>([
  ['a snooze until now', { kind: 'snoozed', until: now }, 'A snooze ends later than now.'],
  ['a snooze of a month', { kind: 'snoozed', until: now + 30 * DAY_MS }, null],
  ['a longer one', { kind: 'snoozed', until: now + 30 * DAY_MS + 1 }, 'A snooze lasts 30 days at most.'],
  ['the end of one', { kind: 'snoozed', until: null }, null],
  ['a name', { kind: 'assigned', to: 'Ada' }, null],
  ['nobody', { kind: 'assigned', to: null }, null],
  ['an empty name', { kind: 'assigned', to: '' }, 'Say whose it is.'],
  ['a name that is none', { kind: 'assigned', to: 'x'.repeat(ASSIGNEE_LENGTH_MAX + 1) }, 'A name has at most 200 characters.'],
  ['a text', { kind: 'noted', text: 'x'.repeat(TEXT_LENGTH_MAX) }, null],
  ['an empty text', { kind: 'updated', text: '' }, 'Write something.'],
  ['a book', { kind: 'postmortem', text: 'x'.repeat(TEXT_LENGTH_MAX + 1) }, 'A text has at most 4000 characters.'],
  ['an acknowledgement', { kind: 'acknowledged' }, null],
  ['a link', { kind: 'linked', to: { kind: 'run', id: 'r' } }, null],
])('%s is told what is wrong with it, if anything is', (_, saying, words) => {
  expect(problemOf(saying, now)).toBe(words)
})

test.each([
  ['2026-12-01 08:00', Date.parse('2026-12-01T13:00Z')],
  ['2026-12-01T08:00Z', Date.parse('2026-12-01T08:00Z')],
])('a snooze until %s ends by the clocks of the page, or as it says', (written, end) => {
  expect(readSnoozeEnd(written, 'America/New_York')).toBe(end)
})

test('words that a terminal obeys, or that turn others around, are taken out; all else stays', () => {
  expect(toShownSaying({ kind: 'noted', text: 'The\u001b[2J disk\nis full' })).toEqual({
    kind: 'noted',
    text: 'The\ufffd[2J disk\nis full',
  })
  expect(toShownSaying({ kind: 'assigned', to: 'A\u202eda' })).toEqual({ kind: 'assigned', to: 'A\ufffdda' })
  const others: Saying[] = [{ kind: 'assigned', to: null }, { kind: 'acknowledged' }, { kind: 'snoozed', until: now }]
  for (const saying of others) expect(toShownSaying(saying)).toBe(saying)
})

test('what is no time is told with one that is', () => {
  expect(readSnoozeEnd('tomorrow', 'UTC')).toEqual({
    problem: '"tomorrow" is no day and time. Write one such as 2026-12-01 08:00, as the clocks of UTC show it.',
  })
})

test('what has ended is not acknowledged or snoozed any more, and all else can be said of it', () => {
  const said: Saying[] = [
    { kind: 'snoozed', until: null },
    { kind: 'assigned', to: 'Ada' },
    { kind: 'updated', text: 'It is over.' },
    { kind: 'postmortem', text: 'The disk was full.' },
    { kind: 'linked', to: { kind: 'order', id: 'o' } },
  ]
  expect(said.map(conflictOf)).toEqual(said.map(() => null))
  expect(conflictOf({ kind: 'acknowledged' })).toMatch('nothing left to acknowledge')
  expect(conflictOf({ kind: 'snoozed', until: now + HOUR_MS })).toMatch('nobody is reminded')
})

describe('what is said twice', () => {
  const said: Said[] = [
    { at: minute(1), by: 'Ada', kind: 'acknowledged' },
    { at: minute(2), by: 'Ada', kind: 'assigned', to: 'Ada' },
    { at: minute(3), by: 'Ada', kind: 'snoozed', until: minute(90) },
    { at: minute(4), by: 'Ada', kind: 'updated', text: 'We look into it.' },
    { at: minute(5), by: 'Ada', kind: 'linked', to: { kind: 'run', id: 'r' } },
  ]
  const known = { handling: handlingAt({ entries: [] }, said, now), said }

  test.each<[Saying, boolean]>([
    [{ kind: 'acknowledged' }, true],
    [{ kind: 'assigned', to: 'Ada' }, true],
    [{ kind: 'assigned', to: 'Bob' }, false],
    [{ kind: 'snoozed', until: minute(90) }, true],
    [{ kind: 'snoozed', until: null }, false],
    [{ kind: 'updated', text: 'We look into it.' }, true],
    [{ kind: 'updated', text: 'It is the disk.' }, false],
    [{ kind: 'noted', text: 'We look into it.' }, false],
    [{ kind: 'linked', to: { kind: 'run', id: 'r' } }, true],
    [{ kind: 'linked', to: { kind: 'order', id: 'r' } }, false],
  ])('%o is so already: %s', (saying, isSo) => {
    expect(isSaidAlready(saying, known)).toBe(isSo)
  })

  test('is news again once it was otherwise', () => {
    const later: Said[] = [...said, { at: minute(6), by: 'Bob', kind: 'updated', text: 'It is the disk.' }]
    expect(isSaidAlready({ kind: 'updated', text: 'We look into it.' }, { ...known, said: later })).toBe(false)
  })
})
