import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foundNodes } from '#lib/connectors/dbt/found-nodes.ts'
import { bytesOf, manifestOf, type NodeIn } from '#lib/testing/connectors/dbt-artifacts.ts'
import { readManifest } from './manifest.ts'
import { NODE_KINDS } from './node.ts'

const read = (value: unknown, pieceBytes?: number) =>
  readManifest({ what: 'manifest.json of dbt (shop)', bytes: bytesOf(value, pieceBytes) })
const found = async (value: unknown) => [...foundNodes(await read(value), () => null)]
const one = async (node: NodeIn, more: Record<string, unknown> = {}) => {
  const all = await found(manifestOf([node], { more }))
  return all[0]
}

describe('any manifest', () => {
  const OTHERS = ['test', 'unit_test', 'operation']
  const node = fc.record({ kind: fc.constantFrom(...NODE_KINDS, ...OTHERS), name: fc.stringMatching(/^[a-z_]{1,6}$/) })
  const graphs = fc
    .uniqueArray(node, { selector: ({ kind, name }) => `${kind}.${name}`, maxLength: 40 })
    .chain((nodes) =>
      fc.tuple(
        fc.constant(nodes.map(({ kind, name }) => (kind === 'source' ? `source.shop.crm.${name}` : `${kind}.shop.${name}`))),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 120 }),
        fc.integer({ min: 9, max: 12 }),
        fc.integer({ min: 1, max: 4000 }),
      ),
    )

  it('gives exactly the nodes and edges of its own parent_map, its tests and hooks left out', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async ([ids, pairs, version, pieceBytes]) => {
        const nodes: NodeIn[] = ids.map((id, at) => ({
          id,
          from: pairs.flatMap(([from, to]) => (ids.length > 0 && to % ids.length === at ? [ids[from % ids.length] ?? ''] : [])),
        }))
        const kept = new Set(ids.filter((id) => !OTHERS.includes(id.split('.')[0] ?? '')))
        const all = [...foundNodes(await read(manifestOf(nodes, { version }), pieceBytes), () => null)]
        expect(all.map(({ path }) => path).sort()).toEqual([...kept].sort())
        const edges = all.flatMap(({ path, upstream }) => upstream.flatMap((up) => ('path' in up ? [`${up.path} > ${path}`] : [])))
        const told = nodes.flatMap(({ id, from = [] }) =>
          kept.has(id) ? from.filter((up) => kept.has(up)).map((up) => `${up} > ${id}`) : [],
        )
        expect(edges.sort()).toEqual([...new Set(told)].sort())
      }),
      { numRuns: 60 },
    )
  })

  it.each([8, 13])('of v%i is refused in words that say which can be read', async (version) => {
    await expect(read(manifestOf([], { version }))).rejects.toMatchObject({
      publicMessage: `manifest.json of dbt (shop) cannot be used: it is manifest v${version}, and v9 to v12 can be read.`,
    })
  })

  it('that is another artifact, a web page, or has no parent_map is refused', async () => {
    const wrong = manifestOf([{ id: 'model.shop.a' }])
    const other = {
      ...wrong,
      metadata: { ...(wrong['metadata'] as object), dbt_schema_version: 'https://schemas.getdbt.com/dbt/catalog/v1.json' },
    }
    await expect(read(other)).rejects.toMatchObject({ publicMessage: expect.stringContaining('manifest was expected') })
    await expect(read('<html>Not here</html>')).rejects.toMatchObject({ code: 'refused' })
    await expect(read({ ...wrong, parent_map: {} })).rejects.toMatchObject({
      publicMessage: expect.stringContaining('it has no parent_map'),
    })
    await expect(read({})).rejects.toMatchObject({ publicMessage: expect.stringContaining('it has no metadata') })
  })

  it('that is half written is worth another look', async () => {
    const text = JSON.stringify(manifestOf([{ id: 'model.shop.a' }, { id: 'model.shop.b' }]))
    for (const half of ['', text.slice(0, 40), text.slice(0, -1)])
      await expect(read(half)).rejects.toMatchObject({ retryable: true, publicMessage: expect.stringContaining('ends in the middle') })
  })

  it('with a node that is not as dbt writes it says which, and what of it', async () => {
    const wrong = manifestOf([{ id: 'model.shop.a', more: { name: 7 } }])
    await expect(read(wrong)).rejects.toMatchObject({
      publicMessage: expect.stringContaining('nodes model.shop.a.name is not as dbt writes it'),
    })
  })

  it('may say more than is known', async () => {
    const more = { saved_queries: {}, of_next_year: [{ a: [1] }], disabled: { 'model.shop.old': [{}] } }
    expect(await found(manifestOf([{ id: 'model.shop.a', more: { of_next_year: 1 } }], { more }))).toHaveLength(1)
  })
})

describe('a node', () => {
  it('brings its columns, its words, its place in the warehouse and in the project', async () => {
    const columns = { id: { name: 'id', description: 'The key', data_type: 'integer' }, n: { name: 'n', description: '', data_type: null } }
    const more = {
      original_file_path: 'models/marts/finance/orders.sql',
      columns,
      description: ' All orders ',
      tags: ['daily', 'core'],
      relation_name: '"lake"."marts"."orders"',
    }
    expect(await one({ id: 'model.shop.orders', more })).toMatchObject({
      path: 'model.shop.orders',
      kind: 'table',
      name: 'orders',
      description: 'All orders',
      columns: [
        { name: 'id', type: 'integer', description: 'The key' },
        { name: 'n', type: '', description: null },
      ],
      labels: {
        resource_type: 'model',
        package: 'shop',
        project: 'shop',
        database: 'lake',
        schema: 'marts',
        folder: 'marts/finance',
        tag: 'daily',
        relation: '"lake"."marts"."orders"',
      },
    })
  })

  it('is owned by whom meta names, else by its group, and an exposure by its own owner', async () => {
    const group = { group: 'finance' }
    const groups = { groups: { 'group.shop.finance': { name: 'finance', owner: { name: null, email: 'money@example.edu' } } } }
    const owner = async (id: string, more: Record<string, unknown>) => (await one({ id, more }, groups))?.owner
    expect(await owner('model.shop.a', { ...group, meta: { owner: '@ada' } })).toBe('@ada')
    expect(await owner('model.shop.a', { ...group, meta: {}, config: { meta: { owner: ['ada', { name: 'Grace' }] } } })).toBe('ada, Grace')
    expect(await owner('model.shop.a', group)).toBe('money@example.edu')
    expect(await owner('model.shop.a', { config: group })).toBe('money@example.edu')
    expect(await owner('exposure.shop.weekly', { owner: { name: 'BI', email: 'bi@example.edu' } })).toBe('BI')
    expect(await owner('model.shop.a', {})).toBeNull()
  })

  it('that is a source may be known to another connection by its name in the warehouse', async () => {
    const source = await one({ id: 'source.shop.crm.people', more: { source_name: 'crm' } })
    expect(source).toMatchObject({ name: 'crm.people', kind: 'source', upstream: [{ name: '"lake"."raw"."people"', hint: 'dbt' }] })
  })

  it('that is an exposure is a consumer with its address', async () => {
    const exposure = await one({
      id: 'exposure.shop.weekly',
      more: { label: 'Weekly sales', type: 'dashboard', url: 'https://bi.example.edu/1' },
    })
    expect(exposure).toMatchObject({
      kind: 'consumer',
      name: 'Weekly sales',
      url: 'https://bi.example.edu/1',
      labels: { exposure: 'Weekly sales' },
    })
  })

  it.each(['view', 'ephemeral'])('that is a model made as %s is as fresh as what it is made from', async (materialized) => {
    const model = await one({ id: 'model.shop.a', more: { config: { materialized } } })
    expect(model?.policy?.input).toEqual({ kind: 'upstream' })
    expect(model?.labels?.['relation'] === undefined).toBe(materialized === 'ephemeral')
  })

  it('that is a versioned model says which version', async () => {
    expect(await one({ id: 'model.shop.orders.v2', more: { name: 'orders', version: 2 } })).toMatchObject({ name: 'orders v2' })
  })
})

describe('the promise of a source', () => {
  const limit = (count: number | null, period: string | null) => ({ count, period })
  const promise = async (freshness: unknown, more: Record<string, unknown> = {}) =>
    (await one({ id: 'source.shop.crm.people', more: { freshness, loaded_at_field: '_loaded_at', ...more } }))?.policy

  it('is that of dbt: it warns, then fails', async () => {
    expect(await promise({ warn_after: limit(12, 'hour'), error_after: limit(1, 'day'), filter: 'id > 1' })).toEqual({
      input: { kind: 'age', lateAfter: '12h', staleAfter: '1d', clock: 'dataThroughAt' },
      because: 'dbt warns after 12 hours and fails after 1 day, of rows where id > 1',
    })
  })

  it.each([
    ['only fails', { warn_after: null, error_after: limit(90, 'minute') }, '1h29m59s', '1h30m'],
    ['fails before it warns', { warn_after: limit(2, 'day'), error_after: limit(1, 'day') }, '23h59m59s', '1d'],
    ['only warns', { warn_after: limit(1, 'hour'), error_after: limit(null, null) }, '1h', '36500d'],
    ['allows nothing', { warn_after: limit(0, 'hour'), error_after: limit(0, 'hour') }, '1s', '2s'],
  ])('that %s is kept as it is', async (_, freshness, lateAfter, staleAfter) => {
    expect((await promise(freshness))?.input).toMatchObject({ lateAfter, staleAfter })
  })

  it('is none where dbt has none, or was told to have none', async () => {
    for (const freshness of [null, { warn_after: limit(null, null), error_after: limit(null, null), filter: null }])
      expect((await promise(freshness))?.input).toEqual({ kind: 'none' })
  })

  it('is about what the warehouse knows of the table where dbt reads no column', async () => {
    const freshness = { error_after: limit(1, 'day') }
    expect((await promise(freshness, { loaded_at_field: null }))?.input).toMatchObject({ clock: 'writtenAt' })
    expect((await promise(freshness, { loaded_at_field: null, loaded_at_query: 'select 1' }))?.input).toMatchObject({
      clock: 'dataThroughAt',
    })
  })
})
