import { expect, it } from 'vitest'
import { locateFindings } from './locate-findings.ts'

const texts = [
  { file: 'b.yaml', text: 'groups:\n  g:\n    feeds:\n      f:\n        assets:\n          c/a: { where: "x = 1" }\n' },
  {
    file: 'a.yaml',
    text: 'groups:\n  h:\n    feeds:\n      e:\n        assets:\n          c/b:\n            loadedAt:\n              sql: select 1\n',
  },
]
const said = { problem: 'It is wrong.', remedy: 'Correct it.' }

it('what was found out about assets later has its file and line, in their order', () => {
  const found = locateFindings(texts, [
    { assetKey: 'c/a', at: ['where'], ...said },
    { assetKey: 'c/b', at: ['loadedAt', 'sql'], ...said },
  ])
  expect(found).toEqual([
    { file: 'a.yaml', line: 8, column: 20, path: 'groups.h.feeds.e.assets.c/b.loadedAt.sql', ...said },
    { file: 'b.yaml', line: 6, column: 25, path: 'groups.g.feeds.f.assets.c/a.where', ...said },
  ])
})

it('of what nobody wrote nothing is said', () => {
  expect(locateFindings(texts, [{ assetKey: 'c/adopted', at: ['where'], ...said }])).toEqual([])
  expect(locateFindings([{ file: 'a.yaml', text: '' }], [{ assetKey: 'c/a', at: [], ...said }])).toEqual([])
})
