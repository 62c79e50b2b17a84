import { describe, expect, it } from 'vitest'
import type { Explore } from './shapes.ts'
import { filesOf, usedViews } from './used-views.ts'

const field = (name: string, sql: string | null = null, file: string | null = null) => {
  const view = name.slice(0, name.indexOf('.'))
  return { name, view, original_view: view === 'buyer' ? 'users' : view, sql, source_file: file }
}
const explore: Explore = {
  name: 'sales',
  view_name: 'orders',
  sql_table_name: 'lake.orders',
  joins: [
    { name: 'buyer', from: 'users', sql_table_name: 'lake.users', dependent_fields: ['orders.user_id', 'buyer.id'] },
    { name: 'region', sql_table_name: 'lake.regions', dependent_fields: ['buyer.region_id', 'region.id'] },
    { name: 'items', sql_table_name: 'lake.items', required_joins: ['stock'] },
    { name: 'stock', sql_table_name: 'lake.stock' },
  ],
  fields: {
    dimensions: [
      field('orders.id', '${TABLE}.id', 'v/orders.view.lkml'),
      field('buyer.name', null, 'v/users.view.lkml'),
      field('orders.where', '${region.name}'),
    ],
    measures: [field('orders.total', '${amount} * 2'), field('orders.amount', '${stock.price}')],
    filters: null,
  },
}
const views = (asked: Parameters<typeof usedViews>[0]) => usedViews(asked, explore).map(({ alias }) => alias)

describe('the views a query reads', () => {
  it('are the one its explore begins with, and no join that nothing needs', () => {
    expect(usedViews({ fields: ['orders.id'] }, explore)).toEqual([{ alias: 'sales', view: 'orders', tableName: 'lake.orders' }])
  })

  it.each([
    ['a field', { fields: ['buyer.name'] }, ['sales', 'buyer']],
    ['a filter', { filters: { 'stock.kind': 'a' } }, ['sales', 'stock']],
    ['an order', { sorts: ['buyer.name desc 0'] }, ['sales', 'buyer']],
    ['a field of its own', { dynamic_fields: '[{"based_on":"stock.price","measure":"m"}]' }, ['sales', 'stock']],
    ['a join that needs another', { fields: ['region.name'] }, ['sales', 'buyer', 'region']],
    ['a join that always comes with another', { fields: ['items.id'] }, ['sales', 'items', 'stock']],
    ['the SQL of a field', { fields: ['orders.where'] }, ['sales', 'buyer', 'region']],
    ['the SQL of a field that a field is made of', { fields: ['orders.total'] }, ['sales', 'stock']],
  ])('are those, too, that it needs by %s', (_, asked, expected) => {
    expect(views(asked)).toEqual(expected)
  })

  it('are those that its explore always joins', () => {
    expect(usedViews({ fields: [] }, { ...explore, always_join: ['items'] }).map(({ alias }) => alias)).toEqual(['sales', 'items', 'stock'])
  })

  it('stand under their own names, whatever they are called in the explore', () => {
    expect(usedViews({ fields: ['buyer.name'] }, explore)[1]).toEqual({ alias: 'buyer', view: 'users', tableName: 'lake.users' })
    expect(filesOf(explore, { alias: 'buyer', view: 'users' })).toEqual({ own: 'v/users.view.lkml', others: ['v/orders.view.lkml'] })
  })
})
