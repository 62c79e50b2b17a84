import { expect, it } from 'vitest'
import type { Identity } from '#lib/domain/lineage/identity.ts'
import { adopted, assetOf, tile } from '#lib/testing/catalogues/adopted.ts'
import { FOLDERS } from '#lib/testing/worlds/found-world.ts'
import type { FoundAsset } from './adoption.ts'

const edge = (path: string, upstream: string, hint = 'bi') => ({ connection: 'looker', path, upstream: { path: upstream }, hint })

it('lineage and the job that writes it are told of the table that a thing is where it lies, unless it is an asset itself', () => {
  const lake: Identity = { names: ['db'], omits: [], namespaces: [], case: 'lower' }
  const identities = new Map([['lake', lake]])
  const model = (path: string, table: string, more: Partial<FoundAsset> = {}) =>
    tile(path, { labels: { relation: `"db"."marts"."${table}"` }, job: 'nightly', ...more })
  const found = [model('model.a', 'a'), model('model.b', 'b'), model('model.elsewhere', 'nobody'), tile('1')]
  const edges = [edge('model.b', 'model.a', 'dbt'), edge('model.b', 'model.a', 'foreign-key'), edge('model.b', 'model.elsewhere', 'dbt')]
  const tables = 'groups: { g: { feeds: { f: { assets: { lake/marts.a: , lake/marts.b: { job: looker/other } } } } } }\n'
  const told = adopted(tables + FOLDERS, found, { edges, identities })
  expect(told.edges).toEqual([{ upstream: 'lake/marts.a', downstream: 'lake/marts.b', hint: 'dbt', connection: 'looker' }])
  expect(['lake/marts.a', 'lake/marts.b'].map((key) => assetOf(told, key)?.job)).toEqual(['looker/nightly', 'looker/other'])

  const declared = tables.replace('job: looker/other', 'from: lake/marts.x').replace('lake/marts.a: ,', 'lake/marts.a: , lake/marts.x: ,')
  expect(adopted(declared + FOLDERS, found, { edges, identities }).edges).toEqual([])
  const own = adopted(
    tables + FOLDERS,
    [model('model.a', 'a', { labels: { ...tile('1').labels, relation: 'db.marts.a' } }), ...found.slice(1)],
    {
      edges,
      identities,
    },
  )
  expect(own.edges).toEqual([{ upstream: 'looker/model.a', downstream: 'lake/marts.b', hint: 'dbt', connection: 'looker' }])
  expect(assetOf(own, 'lake/marts.a')?.job).toBeUndefined()
})
