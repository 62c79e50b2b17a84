import { describe, expect, it, test } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import type { HeldFeed } from '#lib/domain/lineage/causes/told-causes.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { againInPieces, causeInPieces, heldInPieces, oneAgainInPieces, riskInPieces } from './cause-sentences.ts'
import { type Named, type Piece, piecesInWords } from './pieces.ts'

const time = (at: number) => new Date(at).toISOString().slice(11, 16)
const words = (pieces: readonly Piece[]) => piecesInWords(pieces, time)
const NOW = 2 * HOUR_MS
const at = (hours: number, minutes = 0) => hours * HOUR_MS + minutes * MINUTE_MS

const named = (kind: Named['kind'], name: string): Named => ({ kind, key: name, name })
const feed = (name: string, status: Status = 'late', again: GoodAgain | null = null): HeldFeed => ({
  id: 1,
  key: name,
  name,
  status,
  since: 0,
  again,
})
const by = (hours: number, minutes: number, more: Partial<Extract<GoodAgain, { kind: 'by' }>> = {}): GoodAgain => ({
  ...{ kind: 'by', at: at(hours, minutes), tryAt: at(3), isLook: false, ifAnswering: ['SAP'], ifSucceeding: [] },
  ...more,
})
const never = (because: string): GoodAgain => ({ kind: 'no-date', because, ask: 'Ada' })

test.each([
  [named('connection', 'SAP'), false, 'SAP has not answered since 01:10'],
  [named('flow', 'person'), false, 'person has failed since its run of 01:10'],
  [named('job', 'Nightly build'), false, 'Nightly build has failed since its run of 01:10'],
  [named('feed', 'Terms'), false, 'Terms has not been fresh since 01:10'],
  [named('asset', 'Orders'), true, 'Orders has not been seen since 01:10'],
  [null, false, 'A system you may not see has been in trouble since 01:10'],
])('%# a cause says what it is and since when', (of, isUnknown, said) => {
  expect(words(causeInPieces({ of, since: at(1, 10), isUnknown }))).toBe(said)
})

describe('what is held back', () => {
  it('is told by how it stands, the worst first, with as many names as can be read', () => {
    expect(words(heldInPieces([feed('People')], named('connection', 'SAP')))).toBe('People is late because of it.')
    const many = ['A', 'B', 'C', 'D', 'E'].map((name) => feed(name))
    expect(words(heldInPieces([...many, feed('Cash', 'stale')], null))).toBe(
      'Cash is stale, and A, B, C and 2 more are late because of it.',
    )
    expect(words(heldInPieces([feed('X', 'unknown'), feed('Y', 'unknown'), feed('A'), feed('Z', 'stale')], null))).toBe(
      'Z is stale, A is late, and X and Y cannot be seen because of it.',
    )
  })

  it('leaves out what the cause is itself', () => {
    expect(heldInPieces([feed('Terms')], named('feed', 'Terms'))).toEqual([])
    expect(words(heldInPieces([feed('Terms'), feed('Cash')], named('feed', 'Terms')))).toBe('Cash is late because of it.')
    expect(words(heldInPieces([feed('Terms')], named('asset', 'Terms')))).toBe('Terms is late because of it.')
  })
})

test('what will be held back is told from when on, what comes later is counted', () => {
  const risky = (name: string, turnsAt: number) => ({ ...feed(name, 'fresh'), at: turnsAt })
  expect(riskInPieces([])).toEqual([])
  expect(words(riskInPieces([risky('Patron file', at(6)), risky('Meals', at(6) + 1)]))).toBe(
    'Patron file and Meals will be late from 06:00 if this goes on.',
  )
  expect(words(riskInPieces([risky('Patron file', at(6)), risky('Meals', at(7)), risky('Cards', at(8))]))).toBe(
    'Patron file will be late from 06:00, and 2 more feeds after that, if this goes on.',
  )
})

describe('when it is good again', () => {
  const again = (...all: (GoodAgain | null)[]) =>
    words(
      againInPieces(
        all.map((one, index) => feed(`F${index}`, 'late', one)),
        NOW,
      ),
    )

  test.each<[string, string]>([
    [again(by(3, 3)), 'Next try 03:00, good by about 03:03 if SAP answers.'],
    [again(by(3, 3), by(3, 3)), 'Next try 03:00, good by about 03:03 if SAP answers.'],
    [again(by(6, 20), by(3, 3)), 'Next try 03:00, the first good by about 03:03 and all by about 06:20 if SAP answers.'],
    [again(by(2, 9, { tryAt: at(1, 59), ifAnswering: [] })), 'It is being loaded now, good by about 02:09.'],
    [again(by(2, 9, { tryAt: at(2, 9), isLook: true })), 'It is good as soon as SAP answers; it is asked again at 02:09.'],
    [again(by(2, 0, { tryAt: at(2), isLook: true })), 'It is good as soon as SAP answers.'],
    [
      again(by(3, 3), by(2, 9, { tryAt: at(2, 9), isLook: true })),
      'Next try 03:00, the first good by about 02:09 and all by about 03:03 if SAP answers.',
    ],
    [again(by(3, 3), never('No.')), 'Next try 03:00, good by about 03:03 if SAP answers. There is no date for F1.'],
    [again(never('term is paused')), 'Nobody can say when it is good again: term is paused.'],
    [again(null), ''],
  ])('%s', (said, expected) => {
    expect(said).toBe(expected)
  })

  it('of one thing alone is said in the same way', () => {
    expect(words(oneAgainInPieces(by(3, 3), NOW))).toBe('Next try 03:00, good by about 03:03 if SAP answers.')
    expect(words(oneAgainInPieces(never('No: Gone.'), NOW, 'Gone.'))).toBe('Nobody can say when it is good again: No.')
  })

  it('does not say again what a run said that stands there already', () => {
    const held = [feed('People', 'late', never('the last 3 runs of person failed in the same way: No answer.'))]
    expect(words(againInPieces(held, NOW, 'No answer.'))).toBe(
      'Nobody can say when it is good again: the last 3 runs of person failed in the same way.',
    )
    expect(words(againInPieces(held, NOW, 'Something else.'))).toContain('in the same way: No answer.')
  })
})
