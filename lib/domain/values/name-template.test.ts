import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkName, fillName, hasMarks, isDaily, MARKS, matchName } from './name-template.ts'

const NEW_YORK = 'America/New_York'
const at = Date.parse('2026-11-20T04:30:15Z')

describe('filling in a name', () => {
  it.each([
    ['patrons_{date}.csv', 'patrons_2026-11-19.csv'],
    ['{yyyy}{mm}{dd}-{hh}{mi}{ss}.txt', '20261119-233015.txt'],
    ['in/{timestamp}.json', 'in/20261119T233015.json'],
    ['{date}/{date}', '2026-11-19/2026-11-19'],
    ['fixed.csv', 'fixed.csv'],
    ['{unknown}.csv', '{unknown}.csv'],
  ])('%s is %s on the wall of the zone', (template, name) => {
    expect(fillName(template, at, NEW_YORK)).toBe(name)
  })

  it('takes the day of the zone, not that of UTC', () => {
    expect(fillName('{date}', at, 'UTC')).toBe('2026-11-20')
  })
})

describe('matching a name', () => {
  it.each([
    ['patrons_{date}.csv', 'patrons_2026-11-19.csv', { date: '2026-11-19' }],
    ['{yyyy}{mm}{dd}.csv', '20261119.csv', { yyyy: '2026', mm: '11', dd: '19' }],
    ['x.csv', 'x.csv', {}],
    ['a+b (1) {date}', 'a+b (1) 2026-11-19', { date: '2026-11-19' }],
    ['{date}-{date}', '2026-11-19-2026-11-19', { date: '2026-11-19' }],
    ['{timestamp}', '20261119T233015', { timestamp: '20261119T233015' }],
  ])('%s finds its marks in %s', (template, name, values) => {
    expect(matchName(template, name)).toEqual(values)
  })

  it.each([
    ['patrons_{date}.csv', 'patrons_2026-11-19.csv.part-0123456789abcdef'],
    ['patrons_{date}.csv', 'old_patrons_2026-11-19.csv'],
    ['patrons_{date}.csv', 'patrons_2026-11-19xcsv'],
    ['{date}', '2026-02-30'],
    ['{yyyy}{mm}{dd}', '20260230'],
    ['{timestamp}', '20261119T253015'],
    ['{timestamp}', '20261319T233015'],
    ['{date}-{date}', '2026-11-19-2026-11-20'],
    ['{hh}', '24'],
    ['{mm}', '13'],
    ['a.b', 'a-b'],
    ['x{date}', 'x2026-11-19\n'],
  ])('%s does not take %j for one of its own', (template, name) => {
    expect(matchName(template, name)).toBeNull()
  })

  it('finds what was filled in, whatever the template and the time', () => {
    const piece = fc.oneof(
      fc.constantFrom(...MARKS.map((mark) => `{${mark}}`)),
      fc.constantFrom('a', '.', '-', '$', '(', '[x]', '^', 'é', '|', '\\d', '+'),
    )
    const instant = fc.integer({ min: Date.parse('1971-01-02'), max: Date.parse('2099-01-01') })
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 8 }),
        instant,
        fc.constantFrom(NEW_YORK, 'UTC', 'Asia/Kolkata'),
        (pieces, when, zone) => {
          const template = pieces.join('')
          const values = matchName(template, fillName(template, when, zone))
          expect(values).not.toBeNull()
          for (const mark of MARKS)
            expect(values?.[mark]).toBe(template.includes(`{${mark}}`) ? fillName(`{${mark}}`, when, zone) : undefined)
        },
      ),
    )
  })
})

describe('checking a template', () => {
  it.each(['patrons_{date}.csv', 'inbox/patrons_{yyyy}{mm}{dd}T{hh}{mi}{ss}.csv', 'a', 'Ünï cödé.txt', '..hidden', 'a..b/c'])(
    '%s is good',
    (template) => {
      expect(checkName(template)).toEqual([])
    },
  )

  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['{day}.csv', 'unknown mark {day}'],
    ['{DATE}.csv', 'unknown mark {DATE}'],
    ['{date.csv', 'brace'],
    ['date}.csv', 'brace'],
    ['/etc/passwd', 'absolute'],
    ['C:\\x', 'absolute'],
    ['../x', '".."'],
    ['in/../../x', '".."'],
    ['in\\..\\x', '".."'],
    ['a\nb', 'control character'],
    ['a\u0000', 'control character'],
    ['in//x', 'empty part'],
    ['in/', 'empty part'],
    ['./x', 'empty part'],
    ['{yyyy}/x.csv', 'mark in a folder'],
    ['in/ x', 'space'],
    [`${'é'.repeat(101)}`, '200 bytes'],
  ])('%j is refused, with the reason', (template, words) => {
    expect(checkName(template).join('; ')).toContain(words)
  })

  it('names all problems at once', () => {
    expect(checkName('/{day}/../x')).toHaveLength(3)
  })
})

it('knows which names change, and which only with the day', () => {
  expect([hasMarks('x.csv'), hasMarks('{date}'), hasMarks('{no}')]).toEqual([false, true, false])
  expect([isDaily('x_{date}'), isDaily('{yyyy}{mm}{dd}'), isDaily('{date}T{hh}'), isDaily('{timestamp}')]).toEqual([
    true,
    true,
    false,
    false,
  ])
})
