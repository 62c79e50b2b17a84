import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import elasticsearch from '#lib/connectors/elasticsearch.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { type PretendSearchWorld, startSearchWorld } from '#lib/testing/connectors/pretend-search.ts'

let world: PretendSearchWorld
beforeEach(async () => {
  world = await startSearchWorld()
})
afterEach(() => world.server.close())

const discover = () => Array.fromAsync(askOnce(elasticsearch).discover(world.connection()))

describe('discovery', () => {
  it('finds data streams, aliases and indices that stand behind neither, with the fields of their mapping', async () => {
    const { world: cluster } = world.server
    cluster.create('prices-1', { mappings: { properties: { price: { type: 'double' } } } })
    cluster.create('prices-2', {
      mappings: {
        properties: { price: { type: 'double' }, shop: { properties: { name: { type: 'keyword' } } }, seen_at: { type: 'date' } },
      },
    })
    cluster.addAlias('prices', 'prices-1')
    cluster.addAlias('prices', 'prices-2')
    cluster.create('.ds-logs-000001', { mappings: { properties: { '@timestamp': { type: 'date' } } } })
    cluster.dataStreams.set('logs-app', ['.ds-logs-000001'])
    cluster.create('game_posts', { mappings: { properties: { at: { type: 'date' }, edited: { type: 'date' } } } })
    cluster.create('.kibana')
    cluster.create('old').isClosed = true
    const found = await discover()
    expect(found.map(({ path, name, labels, settings }) => [path, name, labels?.['type'], settings])).toEqual([
      ['game_posts', 'Game posts', 'index', {}],
      ['logs-app', 'Logs app', 'data stream', {}],
      ['prices', 'Prices', 'alias', { field: 'seen_at' }],
    ])
    expect(found[2]?.columns).toEqual([
      { name: 'price', type: 'double', description: null },
      { name: 'shop.name', type: 'keyword', description: null },
      { name: 'seen_at', type: 'date', description: null },
    ])
    expect(found.every(({ kind }) => kind === 'consumer')).toBe(true)
  })

  it('asks for the fields of very many in addresses of bounded length', async () => {
    for (let n = 0; n < 300; n++) world.server.world.create(`an-index-with-a-rather-long-name-${n}`)
    expect(await discover()).toHaveLength(300)
    const asked = world.server.requests.filter((request) => request.endsWith('_mapping'))
    expect(asked.length).toBeGreaterThan(3)
    expect(Math.max(...asked.map(({ length }) => length))).toBeLessThan(3000)
  })

  it('of nothing finds nothing, and one that is cut off is none', async () => {
    expect(await discover()).toEqual([])
    world.server.world.create('prices')
    world.server.faults.push({ kind: 'cut-body', path: /_mapping/, times: 1 })
    await expect(discover()).rejects.toMatchObject({ retryable: true })
    expect(await discover()).toHaveLength(1)
  })
})
