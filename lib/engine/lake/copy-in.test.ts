import { describe, expect, it } from 'vitest'
import { encodeRow, quoteTable } from './copy-in.ts'

describe('a row for COPY', () => {
  it('has its values parted by tabs and ends the line', () => {
    expect(encodeRow(['2261', 'CS', '111'])).toBe('2261\tCS\t111\n')
  })

  it('tells nothing from the empty text', () => {
    expect(encodeRow([null, '', '\\N'])).toBe('\\N\t\t\\\\N\n')
  })

  it('hides what would end a value or a line', () => {
    expect(encodeRow(['a\tb', 'c\nd', 'e\rf', 'g\\h'])).toBe('a\\tb\tc\\nd\te\\rf\tg\\\\h\n')
  })

  it('leaves everything else as it is', () => {
    expect(encodeRow(['{"title":"Café"}', '☃ "quoted"'])).toBe('{"title":"Café"}\t☃ "quoted"\n')
  })
})

describe('the name of a table', () => {
  it('is quoted part by part', () => {
    expect(quoteTable('course_raw.course_data')).toBe('"course_raw"."course_data"')
    expect(quoteTable('staging')).toBe('"staging"')
  })

  it('cannot break out of its quotes', () => {
    expect(quoteTable('a"; drop table x; --')).toBe('"a""; drop table x; --"')
  })
})
