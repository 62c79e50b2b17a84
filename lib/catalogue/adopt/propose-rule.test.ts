import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { catalogueDocumentSchema } from '#lib/catalogue/schema/document.ts'
import { proposeRule } from './propose-rule.ts'

const folders = { name: 'folder', things: 90, values: 4 }
const dashboards = { name: 'dashboard', things: 88, values: 12 }

it.each([
  ['its labels, the coarser one first', { labels: [dashboards, folders] }, '{folder}', '{dashboard}'],
  ['its one label', { labels: [folders] }, '{connection}', '{folder}'],
  [
    'no label that few things have, or of which everything has its own',
    {
      labels: [
        { name: 'team', things: 3, values: 1 },
        { name: 'id', things: 90, values: 90 },
      ],
      isGrouped: true,
    },
    '{connection}',
    '{group}',
  ],
  ['the first part of its path, where nothing groups it', { labels: [] }, '{connection}', '{path.1}'],
])('a rule that would take everything goes by %s', (_, part, group, feed) => {
  const text = proposeRule({ connection: 'looker', total: 90, isGrouped: false, ...part })
  expect(text.split('\n')[1]).toBe('  - from: looker/**')
  const parsed = catalogueDocumentSchema.parse({ page: { name: 'P', zone: 'UTC' }, ...parse(text) })
  expect(parsed.adopt).toMatchObject([{ from: 'looker/**', group, feed }])
})
