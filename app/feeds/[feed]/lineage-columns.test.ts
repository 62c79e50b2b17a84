import { expect, test } from 'vitest'
import type { AssetRow } from '#lib/queries/shared/asset-rows.ts'
import { lineageColumns } from './lineage-columns.ts'

const asset = (id: number) => ({ id }) as AssetRow
const edge = (upstreamId: number, downstreamId: number) => ({ upstreamId, downstreamId })
const ids = (columns: AssetRow[][]) => columns.map((column) => column.map(({ id }) => id))

test('assets stand as far right as their longest way from a source', () => {
  expect(ids(lineageColumns([1, 2, 3, 4].map(asset), [edge(1, 2), edge(2, 3), edge(1, 3), edge(4, 3)]))).toEqual([[1, 4], [2], [3]])
})

test('a circle ends, and edges to what is not shown are left out', () => {
  expect(
    ids(lineageColumns([1, 2].map(asset), [edge(1, 2), edge(2, 1), edge(2, 99)]))
      .flat()
      .sort(),
  ).toEqual([1, 2])
})
