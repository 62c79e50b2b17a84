import { expect, test } from 'vitest'
import type { Found } from '#lib/connectors/kit/connector.ts'
import { toFoundRow } from './found-rows.ts'

test('what discovery brings to be read turns no text around and moves no cursor', () => {
  const texts = { name: 'Tile \u202a1\u202c', owner: 'Ada\u001b[2J', description: 'a\u2066b', labels: { folder: 'F\u202e' } }
  const found: Found = { path: '1', kind: 'consumer', settings: {}, upstream: [], policy: null, group: 'g\u009b', ...texts }
  expect(toFoundRow(found)).toMatchObject({
    name: 'Tile \ufffd1\ufffd',
    owner: 'Ada\ufffd[2J',
    description: 'a\ufffdb',
    labels: { folder: 'F\ufffd' },
    group_name: 'g\ufffd',
  })
})
