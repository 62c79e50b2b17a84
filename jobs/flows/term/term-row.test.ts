import { expect, it } from 'vitest'
import { readTermRows } from './term-row.ts'

it('puts a term that is nested without end aside, and takes the others', () => {
  const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`)
  const term = (strm: string, more: object = {}) => ({
    'attr:rownumber': Number(strm),
    ACAD_CAREER: 'UGRD',
    STRM: strm,
    DESCR: 'Fall',
    ...more,
  })
  const { rows, refused } = readTermRows([term('2258'), term('2261', { NOTE: deep })])
  expect(rows.map(({ strm }) => strm)).toEqual(['2258'])
  expect(refused).toMatchObject([{ reason: 'it is nested deeper than 200 levels', term: { strm: '2261' } }])
})
