import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkCatalogue } from '#lib/catalogue/check/check-catalogue.ts'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { resolveCatalogue } from '#lib/catalogue/resolve/resolve.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { type ProposalInput, proposeCatalogue } from './proposal.ts'
import type { FoundAsset } from './proposal-groups.ts'

const nightly = { input: { kind: 'calendar-days', clock: 'loadedAt' }, because: 'loaded_at is indexed and newest today.' }

function found(path: string, given: Partial<FoundAsset> = {}): FoundAsset {
  return {
    path,
    kind: 'table',
    name: path.split('.').at(-1) ?? path,
    settings: {},
    upstream: [],
    policy: nightly,
    group: path.split('.')[0] ?? '',
    ...given,
  }
}

function propose(assets: readonly FoundAsset[], given: Partial<ProposalInput> = {}): string {
  return proposeCatalogue({
    page: { name: 'Shop', zone: 'Europe/Berlin' },
    connection: { key: 'lake', kind: 'postgres', settings: { url: '${LAKE_DATABASE_URL}' }, note: 'Its address goes into .env.' },
    assetKind: 'table',
    found: assets,
    ...given,
  })
}

function read(text: string) {
  const parsed = parseCatalogue([{ file: 'proposal.yaml', text }])
  const { document, problems } = checkCatalogue(parsed, campusContracts)
  if (document === null || parsed.root === null) throw new Error(JSON.stringify(problems, null, 1))
  return resolveCatalogue(document, parsed.root, campusContracts)
}

describe('a proposal', () => {
  const text = propose([
    found('shop.orders', { settings: { column: 'loaded_at' } }),
    found('shop.order_items', {
      name: 'Order items',
      settings: { column: 'loaded_at' },
      upstream: [{ path: 'shop.orders', hint: 'foreign-key' }],
    }),
    found('shop.customers', { policy: null }),
    found('shop.open_orders', {
      policy: { input: { kind: 'none' }, because: 'A view: it is as fresh as its tables.' },
      upstream: [{ path: 'shop.orders', hint: 'view' }],
    }),
    found('billing.orders', {
      kind: 'source',
      name: 'Orders of the billing system',
      policy: { input: { kind: 'age', lateAfter: '2h', staleAfter: '1d' }, because: 'It grew every hour.' },
    }),
  ])

  it('is a catalogue people can read', () => {
    expect(text).toBe(`# yaml-language-server: $schema=./tidemark.schema.json
# Proposed by "tidemark discover" from 5 assets it found. Check names, owners and promises: a reason
# stands above each promise.
access: private # "public" lets everybody on the network see the page
page: { name: Shop, zone: Europe/Berlin, readyBy: "08:00" }

connections:
  # Its address goes into .env.
  lake: { kind: postgres, url: "\${LAKE_DATABASE_URL}" }

groups:
  shop:
    name: Shop
    feeds:
      orders:
        name: Orders
        # loaded_at is indexed and newest today.
        policy: { kind: calendar-days, clock: loadedAt }
        assets:
          lake/shop.orders: { column: loaded_at }
          # Refers to shop.orders; if it is made from it, add it to "from".
          lake/shop.order_items: { column: loaded_at }
      customers:
        name: Customers
        # Nothing there tells how often it is to be new, so it is watched and not judged.
        policy: { kind: none }
        assets:
          lake/shop.customers: {}
      open-orders:
        name: Open orders
        # A view: it is as fresh as its tables.
        policy: { kind: none }
        assets:
          lake/shop.open_orders: { from: lake/shop.orders }
  billing:
    name: Billing
    feeds:
      billing-orders:
        name: Orders
        # It grew every hour.
        policy: { kind: age, lateAfter: 2h, staleAfter: 1d }
        assets:
          lake/billing.orders: { name: Orders of the billing system, kind: source }
`)
  })

  it('is what it says', () => {
    const catalogue = read(text)
    expect(catalogue.feeds.map((feed) => `${feed.group}/${feed.key}`)).toEqual([
      'shop/orders',
      'shop/customers',
      'shop/open-orders',
      'billing/billing-orders',
    ])
    expect(catalogue.assets.find((asset) => asset.key === 'lake/shop.open_orders')?.upstream).toEqual([
      { key: 'lake/shop.orders', origin: 'declared' },
    ])
  })

  it('writes a policy once where a feed shares it, else at each asset with its reason', () => {
    const hourly = { input: { kind: 'age', lateAfter: '2h', staleAfter: '1d' }, because: 'It grew every hour.' }
    const mixed = propose([found('s.orders'), found('s.order_items', { policy: hourly })])
    expect(mixed).toContain(`        name: Orders
        assets:
          # loaded_at is indexed and newest today.
          lake/s.orders: { policy: { kind: calendar-days, clock: loadedAt } }
          # It grew every hour.
          lake/s.order_items: { policy: { kind: age, lateAfter: 2h, staleAfter: 1d } }
`)
    const sameForOtherReasons = propose([found('s.orders'), found('s.order_items', { policy: { ...nightly, because: 'Guessed.' } })])
    expect(sameForOtherReasons).toContain(`        name: Orders
        policy: { kind: calendar-days, clock: loadedAt }
        assets:
          # loaded_at is indexed and newest today.
          lake/s.orders: {}
          # Guessed.
          lake/s.order_items: {}
`)
  })

  it.each([
    ['a name that says more', found('s.orders', { name: 'Orders of the shop' }), '{ name: Orders of the shop }'],
    ['no name that says the same', found('s.open_orders', { name: 'Open Orders!' }), '{}'],
    ['no empty name', found('s.orders', { name: ' ' }), '{}'],
    ['a kind that is not the usual one', found('s.orders', { kind: 'consumer' }), '{ kind: consumer }'],
    [
      'settings, quoted where YAML needs it',
      found('s.orders', { settings: { column: 'on: off', zone: 'UTC' } }),
      '{ column: "on: off", zone: UTC }',
    ],
  ])('writes %s', (_name, asset, settings) => {
    const lines = propose([asset]).split('\n')
    expect(lines.filter((line) => line.includes('lake/s.'))).toEqual([`          lake/${asset.path}: ${settings}`])
  })

  it('names every view it is made from once, and only hints at foreign keys', () => {
    const upstream = ['s.a', 's.b', 's.a'].map((path) => ({ path, hint: 'view' })).concat({ path: 's.d', hint: 'foreign-key' })
    const text = propose([found('s.a'), found('s.b'), found('s.v', { upstream })])
    expect(text).toContain(
      '          # Refers to s.d; if it is made from it, add it to "from".\n          lake/s.v: { from: [ lake/s.a, lake/s.b ] }\n',
    )
  })

  it('lets a view that tells no time stand beside its table without taking the promise over', () => {
    const view = { policy: { input: { kind: 'none' }, because: 'A view.' }, upstream: [{ path: 's.orders', hint: 'view' }] }
    const catalogue = read(propose([found('s.orders'), found('s.order_names', view)]))
    expect(catalogue.assets.map((asset) => [asset.path, asset.promised])).toEqual([
      ['s.orders', true],
      ['s.order_names', false],
    ])
    expect(catalogue.feeds.map((feed) => feed.promise)).toEqual([expect.stringContaining('new every day')])
  })

  it('for a connection of a catalogue holds neither page nor connection, and joins what stands there', () => {
    const beside = propose([found('public.orders'), found('public.customers'), found('extra.notes')], {
      page: null,
      connection: { key: 'lake', kind: 'postgres', settings: null, note: null },
      prefixed: true,
      existing: { groups: new Set(['lake']), feeds: new Set(['lake-orders']), assets: new Set(['lake/public.customers']) },
    })
    expect(beside.slice(beside.indexOf('groups:'))).toBe(`groups:
  lake:
    feeds:
      lake-orders-2:
        name: Orders
        # loaded_at is indexed and newest today.
        policy: { kind: calendar-days, clock: loadedAt }
        assets:
          lake/public.orders: {}
  lake-extra:
    name: Extra
    feeds:
      lake-extra-notes:
        name: Notes
        # loaded_at is indexed and newest today.
        policy: { kind: calendar-days, clock: loadedAt }
        assets:
          lake/extra.notes: {}
`)
    for (const twice of ['page:', 'access:', 'connections:', 'customers']) expect(beside).not.toContain(twice)
  })

  it('breaks long reasons, and quotes the name of the page', () => {
    const because = 'It grew every hour. '.repeat(20).trim()
    const text = propose([found('s.a', { policy: { ...nightly, because } })], { page: { name: 'Data: the {shop}', zone: 'UTC' } })
    const comments = text.split('\n').filter((line) => line.startsWith('        # '))
    expect(comments.map((line) => line.trim().slice(2)).join(' ')).toBe(because)
    expect(Math.max(...comments.map((line) => line.trim().length))).toBeLessThanOrEqual(102)
    expect(read(text).page.name).toBe('Data: the {shop}')
  })

  it('of nothing is still a catalogue', () => {
    expect(read(propose([])).feeds).toEqual([])
  })

  it('writes no lineage that runs in a circle or leads out of what was found', () => {
    const view = (path: string, ...upstream: string[]) => found(path, { upstream: upstream.map((u) => ({ path: u, hint: 'view' })) })
    const catalogue = read(propose([view('s.a', 's.b'), view('s.b', 's.a'), view('s.c', 's.a', 's.gone', 's.c')]))
    expect(catalogue.assets.map((asset) => asset.upstream.map((u) => u.key))).toEqual([[], [], ['lake/s.a']])
  })

  it('leaves out what cannot be named, and says so', () => {
    const odd = [found('s.bad\nname'), found('s.trailing '), found('s.rtl\u202egnp'), found('s.c', { settings: { column: 'a\u2066b' } })]
    const text = propose([found('s.ok', { name: 'Sales \u202aof today\u202c' }), ...odd])
    expect(read(text).assets.map(({ key, name }) => [key, name])).toEqual([['lake/s.ok', 'Sales \ufffdof today\ufffd']])
    expect(text.replaceAll(/\n# /g, ' ')).toContain('or of their columns: "s.bad\\nname", "s.trailing ", "s.rtl\ufffdgnp", "s.c".')
  })

  it('of any names whatever is valid and loses none that can be written', () => {
    const name = fc.string({
      unit: fc.oneof(fc.constantFrom(...'ab_- .:#\'"{}[],&*!|>%@`\\?é漢0$'), fc.string({ minLength: 1, maxLength: 1 })),
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name, name), { maxLength: 12 }), (names) => {
        const assets = names.map(([schema, table, label]) =>
          found(`${schema}.${table}`, { group: schema, name: label, policy: { input: { kind: 'none' }, because: label } }),
        )
        const text = propose(assets)
        const leftOut = /# Left out/.test(text)
        const expected = new Set(assets.map((asset) => asset.path)).size
        expect(leftOut ? read(text).assets.length <= expected : read(text).assets.length).toEqual(leftOut ? true : expected)
      }),
      { numRuns: 200, examples: [[[['...', '!', 'a']]], [[['---', '--- a', '...']]]] },
    )
  })
})
