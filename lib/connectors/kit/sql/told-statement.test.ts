import { describe, expect, test } from 'vitest'
import { whyNoStatement, withoutEnd } from './told-statement.ts'

describe('a statement', () => {
  test.each([
    `select max(ended) from loads where name = 'orders';`,
    `-- of ours\nselect max(ended) -- the newest; of all\nfrom loads /* of (the day */ ;  `,
    `with l as (select * from loads) select max(ended) from l`,
    `select max(ended) from loads where name = 'it''s; (odd' and "a;b(" > 1 // rest (`,
    'table last_load',
    `values (now())`,
    `select (log ->> 'ended')::timestamptz from loads`,
    `select max("SELECT;") from "a->>b"`,
    `select max(ended) from loads where name = $$it's (odd$$`,
    'select $a$x$a$',
    `select max(ended) from loads where path like 'a\\_(%' escape '\\'`,
    `select 'a\\\\'`,
    'select 1 /* a /* b */ c */',
    'select 1 -- of ours\r\nfrom loads',
  ])('is taken: %s', (text) => {
    expect(whyNoStatement(text)).toBeNull()
  })

  test.each([
    ['delete from loads', 'begins with select'],
    ['selected', 'begins with select'],
    ['/* select */ drop table loads', 'begins with select'],
    ['', 'begins with select'],
    ['select 1; select 2', '";"'],
    ['select 1; -- done', '";"'],
    ['select now()) as told, (select 1', 'brackets'],
    ['select (now()', 'brackets'],
    [`select 'open`, 'quote'],
    [`select "open`, 'quote'],
    [`select 'a\\'; drop table loads; select '`, 'quote'],
    [`select 'a\\' ) ->> drop table loads --'`, 'quote'],
    [`select 'a\\\\'; select 'b'`, 'quote'],
    ['select 1 /* open', 'comment'],
    ['select 1 /* a /* b */ ; c */', 'comment'],
    ['select 1 -- a\r) ->> drop table loads', 'line feed'],
    [`select 1 -- a\r'\n ->> drop table loads --'`, 'line feed'],
    [`select $$'$$) x; drop table loads; select $$'$$`, '"$$"'],
  ])('is refused: %s', (text, words) => {
    expect(whyNoStatement(text, ['->>'])).toContain(words)
  })

  test.each([
    ['select 1 ->> drop table loads', true],
    ['select 1) ->> drop table loads ->> select * from (select 1', true],
    [`select '->>', "->>" from loads -- ->> \n`, false],
  ])('that goes on with another one is refused where a sign makes one of several: %s', (text, isRefused) => {
    expect(whyNoStatement(text, ['->>']) !== null).toBe(isRefused)
  })

  test('stands within another one without what ends it', () => {
    expect(withoutEnd('select 1 ; \n')).toBe('select 1 ')
    expect(withoutEnd(`select ';'`)).toBe(`select ';'`)
  })
})
