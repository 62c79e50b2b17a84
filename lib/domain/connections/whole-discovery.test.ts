import { describe, expect, it } from 'vitest'
import { FOUND_MAX, whyNotWhole } from './whole-discovery.ts'

const answer = { before: 100, now: 100, isCut: false, mayShrink: false }

describe('what a discovery saw', () => {
  it.each([
    ['as much as before', {}],
    ['a little more than half', { now: 51 }],
    ['anything the first time', { before: 0, now: 3 }],
    ['nothing where nothing was', { before: 0, now: 0 }],
    ['less, which somebody said is right', { now: 2, mayShrink: true }],
  ])('is whole: %s', (_, part) => expect(whyNotWhole({ ...answer, ...part })).toBeNull())

  it.each([
    ['half of it', { now: 50 }, 'It saw 50, the one before 100. That is too few to be true'],
    ['nothing at all', { now: 0 }, 'It saw nothing, the one before 100.'],
    ['more than is kept', { now: FOUND_MAX, isCut: true, mayShrink: true }, 'There is more than 20,000: the first were kept'],
  ])('is not whole: %s', (_, part, words) => expect(whyNotWhole({ ...answer, ...part })).toContain(words))
})
