import { expect, test } from 'vitest'
import { TYPE } from '#lib/connectors/postgres/read-instant.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { chooseColumn, type NewestValue, whyNoColumn } from './column-choice.ts'
import type { CandidateColumn } from './column-score.ts'

const NOW: Instant = Date.UTC(2026, 10, 20, 12)
const column = (name: string, more: Partial<CandidateColumn> = {}): CandidateColumn => ({
  name,
  type: TYPE.timestamptz,
  indexed: false,
  nullable: true,
  stampsItself: false,
  ...more,
})
const columns = (...names: string[]) => names.map((name) => column(name))
/** Newest values as days ago. */
const seen = (days: Record<string, number | null>) =>
  new Map(
    Object.entries(days).map(([name, ago]): [string, NewestValue | null] => [
      name,
      ago === null ? null : { at: NOW - ago * DAY_MS, text: '', ahead: false, zone: 'UTC' },
    ]),
  )

test.each([
  [['orderdate', 'duedate', 'shipdate', 'modifieddate'], 'modifieddate'],
  [['sellstartdate', 'sellenddate', 'discontinueddate', 'modifieddate'], 'modifieddate'],
  [['birthdate', 'hiredate', 'modifieddate'], 'modifieddate'],
  [['rental_date', 'return_date', 'last_update'], 'last_update'],
  [['geburtsdatum', 'gueltig_ab', 'gueltig_bis', 'erstellt_am'], 'erstellt_am'],
  [['date_debut', 'date_fin', 'date_commande', 'date_maj'], 'date_maj'],
  [['startdate', 'enddate'], null],
])('of %j the one that tells of writes is %s', (names, best) => {
  expect(chooseColumn(columns(...names))?.column ?? null).toBe(best)
})

test('a business date that happens to default to today is still one', () => {
  expect(chooseColumn([column('startdate', { type: TYPE.date, stampsItself: true })])).toBeNull()
  expect(chooseColumn([column('transdate', { type: TYPE.date, stampsItself: true })])?.clock).toBe('dataThroughAt')
})

test('a column that nobody fills, or that holds plans only, is no witness whatever its name', () => {
  expect(chooseColumn(columns('updated_at', 'created_at'), seen({ updated_at: null, created_at: 0 }))?.column).toBe('created_at')
  expect(chooseColumn(columns('termin'), seen({ termin: null }))).toBeNull()
  expect(whyNoColumn(columns('termin'), seen({ termin: null }))).toBe('no column holds a time of the past (termin: none, or in the future)')
})

test('a time of change that lags behind the time of creation does not tell of every write, and the reason says so', () => {
  const choice = chooseColumn(columns('updated_at', 'created_at'), seen({ updated_at: 40, created_at: 0 }))
  expect(choice).toMatchObject({ column: 'created_at', because: expect.stringContaining('later than that of updated_at') })
  expect(chooseColumn(columns('updated_at', 'created_at'), seen({ updated_at: 0.1, created_at: 0 }))?.column).toBe('updated_at')
})

test('the reason counts the times there are: the only one, or the newest of several', () => {
  expect(chooseColumn(columns('quando'))?.because).toContain('it is the only kind of time there is')
  const many = chooseColumn(columns('alpha', 'beta', 'gamma', 'delta'), seen({ alpha: 9, beta: 3, gamma: 7, delta: 5 }))
  expect(many?.column).toBe('beta')
  expect(many?.because).toContain(
    'none of its 4 times (alpha, beta, gamma, delta) is named like a time of writing; it has the newest value of the 4',
  )
  expect(chooseColumn(columns('alpha', 'valid_to'))?.because).not.toContain('only kind')
})

test('where none fits the times there are get named', () => {
  expect(whyNoColumn(columns('startdate', 'enddate'))).toBe('its times (startdate, enddate) tell of something else than writing')
  expect(whyNoColumn([column('id', { type: TYPE.int8 })])).toBe('no column tells a time')
})
