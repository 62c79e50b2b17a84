import { describe, expect, test } from 'vitest'
import { titleOf, whyNoCondition } from './table-asset.ts'

const COMMENT = /--|\/\*|\*\//

describe('a condition', () => {
  test.each([
    `loaded_at < '9999-01-01'`,
    `loaded_at <= now() + interval '1 day' and (kind = 'a' or kind in ('b', 'c'))`,
    `name <> 'it''s; -- no comment ($1' and "odd ""column;" is not null`,
    `path ~ '^C:\\\\d+$'`,
  ])('is taken: %s', (text) => {
    expect(whyNoCondition(text, COMMENT)).toBeNull()
  })

  test.each([
    ['true; drop table t', '";"'],
    ['true) union select (1', 'brackets'],
    ['(true', 'brackets'],
    ['true -- rest', 'comment'],
    ['true /* rest */', 'comment'],
    [`name = 'open`, 'quote'],
    ['"open = 1', 'quote'],
    [`name = E'it\\'s)'`, 'quote'],
    [`name = e'\\n'`, 'escape string'],
    ['name = $tag$x$tag$', '"$"'],
    ['  ', 'empty'],
  ])('is refused: %s', (text, words) => {
    expect(whyNoCondition(text, COMMENT)).toContain(words)
  })
})

test.each([
  ['stg_order_lines', 'Stg order lines'],
  ['STG_ORDERS', 'Stg orders'],
  ['orderLines', 'Order lines'],
  ['_', '_'],
])('a table called %s is shown as %s', (name, title) => {
  expect(titleOf(name)).toBe(title)
})
