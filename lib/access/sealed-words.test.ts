import { expect, it } from 'vitest'
import { readSealedWords, sealWords } from './sealed-words.ts'

const OURS = { secret: 'a secret of this page' }
const WORDS = 'Too many tries. Try again in 3 minutes – “später”.'

it('words that this page sealed are read as they were', () => {
  expect(readSealedWords(OURS, sealWords(OURS, WORDS))).toBe(WORDS)
})

it('words that a stranger puts there are none', () => {
  const sealed = sealWords(OURS, WORDS)
  const [text = '', seal = ''] = sealed.split('.')
  const other = Buffer.from('Call this number').toString('base64url')
  for (const given of [
    undefined,
    '',
    'plain words',
    `${other}.${seal}`,
    `${text}.`,
    `${text}.${seal.slice(1)}`,
    sealWords({ secret: 'another' }, WORDS),
  ])
    expect(readSealedWords(OURS, given)).toBeNull()
})
