import { describe, expect, it } from 'vitest'
import { passwordProblem } from './password-rules.ts'

const ADA = { name: 'Ada Lovelace', email: 'ada.lovelace@example.edu' }

describe('a password', () => {
  it.each([
    ['too short', 'kestrel-7', 'at least 12'],
    ['too short, counted in characters and not in bytes', '🌊🌊🌊🌊🌊🌊🌊', 'at least 12'],
    ['too long', 'kestrel umbrella '.repeat(8), 'at most 128'],
    ['a character over and over', 'aaaaaaaaaaaaaaaa', 'over and over'],
    ['a row of the alphabet', 'abcdefghijklmnop', 'row of the alphabet'],
    ['a row of numbers', '123456789012345', 'row of the alphabet or of numbers'],
    ['known', 'password1234', 'tried first'],
    ['known, with digits that look like letters', 'P@ssw0rd2026!', 'tried first'],
    ['known words in a row', 'Welcome-Admin-2026', 'tried first'],
    ['one’s own name', 'AdaLovelace1815', 'your name or address'],
    ['one’s own address', 'ada.lovelace@example.edu', 'your name or address'],
  ])('that is %s is refused in words', (_, password, words) => {
    expect(passwordProblem(password, ADA)).toContain(words)
  })

  it.each(['correct kestrel lovage', 'tidal-marsh-lantern', 'xK9#vlQ2!pw7', 'Lovelace walks by the river', 'ровно двенадцать'])(
    'such as "%s" is taken',
    (password) => {
      expect(passwordProblem(password, ADA)).toBeNull()
    },
  )

  it('of somebody with a name too short to tell is judged like any other', () => {
    expect(passwordProblem('lantern by the sea', { name: 'Li', email: 'li@x.io' })).toBeNull()
    expect(passwordProblem('90210 4711 0815', { name: 'Li', email: 'li@x.io' })).toBeNull()
  })
})
