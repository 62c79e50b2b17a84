import { expect, it } from 'vitest'
import { seal } from '#lib/platform/secrets/seal.ts'
import { readSealedWords, sealWords } from './sealed-words.ts'

const OURS = { secret: 'a secret of this page' }
const WORDS = 'Too many tries. Try again in 3 minutes – “später”.'

it('words that this page sealed are read as they were', () => {
  expect(readSealedWords(OURS, sealWords(OURS, WORDS))).toBe(WORDS)
})

it('words that a stranger puts there are none', () => {
  const sealed = sealWords(OURS, WORDS)
  for (const given of [
    undefined,
    '',
    'plain words',
    Buffer.from('Call this number').toString('base64url').padEnd(64, 'A'),
    `${sealed}.`,
    sealed.slice(0, -4),
    sealed.slice(4),
    seal(WORDS, OURS.secret, 'something else'),
    sealWords({ secret: 'another' }, WORDS),
  ])
    expect(readSealedWords(OURS, given)).toBeNull()
})
