import { expect, test } from 'vitest'
import type { Found } from '#lib/connectors/kit/connector.ts'
import { toFoundRow } from './found-rows.ts'

test('what discovery brings to be read turns no text around and moves no cursor', () => {
  const texts = { name: 'Tile \u202a1\u202c', owner: 'Ada\u001b[2J', description: 'a\u2066b', labels: { 'fol\u202eder': 'F\u202e' } }
  const columns = [{ name: 'id', type: 'text\u202e', description: null }]
  const found: Found = { path: '1', kind: 'consumer', settings: {}, upstream: [], policy: null, group: 'g\u009b', columns, ...texts }
  expect(toFoundRow(found)).toMatchObject({
    name: 'Tile \ufffd1\ufffd',
    owner: 'Ada\ufffd[2J',
    description: 'a\ufffdb',
    labels: { 'fol\ufffdder': 'F\ufffd' },
    columns: [{ name: 'id', type: 'text\ufffd' }],
    group_name: 'g\ufffd',
  })
  const nameless: Found = { ...found, path: 'a\u202e', name: '' }
  expect(toFoundRow(nameless)).toMatchObject({ path: 'a\u202e', name: 'a\ufffd' })
})
