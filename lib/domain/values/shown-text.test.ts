import { describe, expect, it } from 'vitest'
import { isShownText, toShownText } from './shown-text.ts'

describe('words that are shown', () => {
  it.each([
    ['an escape code', '\u001b[31mred\u001b[0m', '\ufffd[31mred\ufffd[0m'],
    ['a title of the window', '\u001b]0;taken\u0007', '\ufffd]0;taken\ufffd'],
    ['an escape code in one character', '\u009b2J', '\ufffd2J'],
    ['a step back', 'good\b\b\b\bbad', 'good\ufffd\ufffd\ufffd\ufffdbad'],
    ['what turns the direction', 'report\u202egnp.exe', 'report\ufffdgnp.exe'],
    ['what sets text apart', '\u2066a\u2069', '\ufffda\ufffd'],
    ['what nothing can store', 'a\u0000\ud800', 'a\ufffd\ufffd'],
  ])('hold a mark in place of %s', (_what, text, shown) => {
    expect(toShownText(text)).toBe(shown)
    expect(isShownText(text)).toBe(false)
  })

  it.each(['two\r\nlines\tand a tab', 'Käse & Co <b>', 'سجل الطلاب', 'שלום\u200f!', '👩‍🔬'])('stay as they are otherwise: %j', (text) => {
    expect(toShownText(text)).toBe(text)
    expect(isShownText(text)).toBe(true)
  })
})
