import { describe, expect, it } from 'vitest'
import { SECRET_PLACES } from '#lib/domain/connections/secret-reference.ts'
import { placeInWords, rotationInWords } from './secret-words.ts'

const reference = (name: string, setIn: (typeof SECRET_PLACES)[number], isSecret = true) => ({ name, setIn, isSecret })

describe('how secrets are replaced', () => {
  it('is one line for each place, with the names of what stands there', () => {
    const references = [
      reference('A_USER', 'shell', false),
      reference('A', 'env-file'),
      reference('B', 'env-file'),
      reference('/run/c', 'secret-file'),
    ]
    expect(rotationInWords(references)).toEqual([
      'Change the line of A and B in .env. The next run uses it, without a restart.',
      'Write the new value into /run/c. The next run uses it, without a restart.',
    ])
  })

  it('never asks for a line in .env for a file that is gone', () => {
    expect(rotationInWords([reference('A', 'missing'), reference('/run/c', 'missing'), reference('/run/d', 'secret-file')])).toEqual([
      'Write A=… into .env. The next run uses it, without a restart.',
      'Write the new value into /run/c and /run/d. The next run uses it, without a restart.',
    ])
  })

  it('says that a variable of the shell needs a restart', () => {
    expect(rotationInWords([reference('A', 'shell')])[0]).toContain('restart it')
    expect(placeInWords('shell')).toContain('needs a restart')
    expect(placeInWords('shell-over-env-file')).toContain('needs a restart')
  })

  it.each(SECRET_PLACES)('has words for what is set in %s', (place) => {
    expect(placeInWords(place)).not.toBe('')
    expect(rotationInWords([reference('NAME', place)])).toEqual([expect.stringContaining('NAME')])
  })
})
