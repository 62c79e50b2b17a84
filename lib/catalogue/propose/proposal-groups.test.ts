import { describe, expect, it } from 'vitest'
import { keyInWords } from '#lib/catalogue/resolve/resolve.ts'
import { type FoundAsset, feedsOf, lastPart, toKey } from './proposal-groups.ts'

function found(path: string, group = path.split('.')[0] ?? ''): FoundAsset {
  return { path, group, kind: 'table', name: path, settings: {}, upstream: [], policy: null }
}

const plain = { inWords: keyInWords, prefix: null, taken: { groups: new Set<string>(), feeds: new Set<string>() } }

/** Each feed as `group/feed: paths`. */
const said = (assets: readonly FoundAsset[]) =>
  feedsOf(assets, plain).flatMap((group) =>
    group.feeds.map((feed) => `${group.key}/${feed.key}: ${feed.assets.map((asset) => asset.path).join(' ')}`),
  )

describe('a name as a key', () => {
  it.each([
    ['Order Items', 'order-items'],
    ['orderItems', 'order-items'],
    ['HTTPLog2Parsed', 'httplog2-parsed'],
    ['Übungsplätze', 'ubungsplatze'],
    ['2026_orders', 'orders'],
    ['--a--b--', 'a-b'],
    ['constructor', 'constructor-data'],
    ['漢字', 'otherwise'],
    ['__', 'otherwise'],
    ['2026', 'otherwise'],
    ['x'.repeat(80), 'x'.repeat(60)],
  ])('%s is %s', (text, key) => {
    expect(toKey(text, 'otherwise')).toBe(key)
  })
})

describe('the part of a path that names the thing', () => {
  it.each([
    ['shop.orders', 'orders'],
    ['reports/daily/sales.csv', 'csv'],
    ['orders', 'orders'],
    ['shop.', ''],
  ])('of %s is "%s"', (path, part) => {
    expect(lastPart(path)).toBe(part)
  })
})

describe('feeds', () => {
  it.each([
    ['a family bears the name of its table in the plural', ['s.orders', 's.order_items'], ['s/orders: s.orders s.order_items']],
    ['a family without such a table bears its first word', ['s.order_items', 's.order_lines'], ['s/order: s.order_items s.order_lines']],
    ['a table alone bears its own name', ['s.order_items'], ['s/order-items: s.order_items']],
    ['a word that ends in ss is no plural', ['s.address_a', 's.address_b'], ['s/address: s.address_a s.address_b']],
    ['a short word is no plural', ['s.bus', 's.bu_x'], ['s/bus: s.bus', 's/bu-x: s.bu_x']],
    ['a prefix of one letter is not the first word', ['s.t_order', 's.orders'], ['s/orders: s.t_order s.orders']],
    ['a name that says nothing is a table', ['s.漢', 's.字'], ['s/table: s.漢 s.字']],
  ])('%s', (_name, paths, expected) => {
    expect(said(paths.map((path) => found(path)))).toEqual(expected)
  })

  it('of the same name in several groups are told apart by their group, then by number', () => {
    expect(said([found('a.x'), found('b.b_x'), found('b.x'), found('bb.bb_x'), found('bb.x')])).toEqual([
      'a/x: a.x',
      'b/b-x: b.b_x b.x',
      'bb/bb-x: bb.bb_x',
      'bb/bb-x-2: bb.x',
    ])
  })

  it('leave out the word that nearly all tables of an application begin with', () => {
    const names = ['users', 'user_rights', 'posts', 'terms', 'links', 'options', 'comments', 'logs']
    expect(said(names.map((name) => found(`s.wp_${name}`)))).toEqual([
      's/users: s.wp_users s.wp_user_rights',
      ...names.slice(2).map((name) => `s/${name}: s.wp_${name}`),
    ])
  })

  it('are in groups whose keys differ even when their names hardly do', () => {
    expect(said([found('1', 'My Shop'), found('2', 'my-shop'), found('3', 'MyShop'), found('4', '')])).toEqual([
      'my-shop/table: 1',
      'group-my-shop/group-my-shop-table: 2',
      'group-my-shop-2/group-my-shop-2-table: 3',
      'other/other-table: 4',
    ])
  })

  it('are named in words, as are their groups', () => {
    const [group] = feedsOf([found('x.open_orders', 'sales_north')], plain)
    expect(group).toMatchObject({ name: 'Sales north', feeds: [{ name: 'Open orders' }] })
    expect(feedsOf([found('x.y', '')], plain)[0]?.name).toBe('Other')
    expect(feedsOf([], plain)).toEqual([])
  })
})
