import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutToWidth, widthOf, wrapToWidth } from './text-width.ts'

const STYLE = { size: 12 }

describe('the width of a text', () => {
  it.each([
    ['', 0],
    ['iiii', 10.7],
    ['WWWW', 45.3],
    ['Data as of Tue 06:41 EST', 138.7],
    ['é', 6.7],
    ['統計', 24],
  ])('of %j at 12 px is about %d', (text, width) => {
    expect(widthOf(text, STYLE)).toBeCloseTo(width, 0)
  })

  it('of bold letters is more', () => {
    expect(widthOf('Terms', { size: 12, isBold: true })).toBeGreaterThan(widthOf('Terms', STYLE))
  })
})

describe('a text that is too wide', () => {
  it('ends in an ellipsis, and is not touched where there is room', () => {
    expect(cutToWidth('Student records of the last ninety days', 120, STYLE)).toBe('Student records of t…')
    expect(cutToWidth('Terms', 120, STYLE)).toBe('Terms')
  })

  it('is never cut within a character', () => {
    expect(cutToWidth('👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 60, STYLE)).toMatch(/^(👩‍👩‍👧‍👦)*…$/u)
  })

  it('is broken between words, within one that is too long, and says on the last line that there is more', () => {
    expect(wrapToWidth('2 h late because the load of Orders failed', { width: 130, lines: 3 }, STYLE)).toEqual([
      '2 h late because the',
      'load of Orders failed',
    ])
    expect(wrapToWidth('warehouse_production_reporting', { width: 90, lines: 3 }, STYLE).length).toBe(2)
    expect(wrapToWidth('a b c d e f g h i j k l m n o p q r s t u v w x y z', { width: 60, lines: 2 }, STYLE)[1]).toMatch(/…$/)
  })

  it('fits into every line, whatever it is, and loses nothing where lines are enough', () => {
    const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), { maxLength: 12 })
    fc.assert(
      fc.property(words, fc.integer({ min: 40, max: 400 }), (parts, width) => {
        const text = parts.join(' ')
        for (const line of wrapToWidth(text, { width, lines: 3 }, STYLE)) expect(widthOf(line, STYLE)).toBeLessThanOrEqual(width)
        const all = wrapToWidth(text, { width, lines: 1000 }, STYLE)
        expect(all.join('').replaceAll(/\s/gu, '')).toBe(text.replaceAll(/\s/gu, ''))
      }),
      { numRuns: 200 },
    )
  })
})
