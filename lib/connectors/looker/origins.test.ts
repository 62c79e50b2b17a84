import { afterEach, describe, expect, it } from 'vitest'
import { tile } from '#demo/startup/looker/world.ts'
import {
  aWorld,
  closeLookers,
  DAILY,
  discover,
  EDITED,
  names,
  onTile,
  openLooker,
  ordersBy,
} from '#lib/testing/connectors/pretend-looker.ts'

afterEach(closeLookers)

describe('the tables behind a tile', () => {
  it.each([
    ['the one of its explore alone', ordersBy(), ['lake.orders']],
    ['what its fields join', ordersBy('users.name'), ['lake.orders', 'lake.users']],
    ['those of the look it shows', { id: '101', title: 'A', type: 'vis', look_id: '7' } as const, ['lake.orders', 'lake.users']],
    [
      'those of all queries it merges',
      { id: '101', title: 'A', type: 'vis', merge_result_id: 'm1' } as const,
      ['lake.orders', 'lake.users'],
    ],
    ['those its own SQL reads', { id: '101', title: 'A', type: 'vis', sql_query_id: 's1' } as const, ['raw.a', 'raw.b']],
  ])('are %s', async (_, element, expected) => {
    const world = onTile(element)
    world.looks = [{ id: '7', title: 'L', folder: '1', updated_at: EDITED, query: ordersBy('users.name').query }]
    world.queries = new Map([
      ['q1', ordersBy().query],
      ['q2', ordersBy('users.name').query],
    ])
    world.mergeQueries.set('m1', ['q1', 'q2'])
    world.sqlQueries.set('s1', { sql: 'SELECT * FROM raw.a JOIN raw.b USING (id)', connection: 'warehouse' })
    const found = await discover(await openLooker(world))
    expect(names(found.find(({ path }) => path === 'dashboards/12/101'))).toEqual(expected)
  })

  it.each([
    ['of SQL', 'sql: SELECT day FROM raw.days ;;', ['lake.orders', 'raw.days']],
    ['that is kept', 'persist_for: "4 hours" sql: SELECT day FROM raw.days ;;', ['lake.orders', 'derived/startup/daily', 'raw.days']],
    ['of another explore', 'explore_source: orders { column: name { field: users.name } }', ['lake.orders', 'lake.users']],
  ])('are behind a derived table %s', async (_, how, expected) => {
    expect(names((await discover(await openLooker(onTile(ordersBy('daily.day'), aWorld(DAILY(how))))))[0])).toEqual(expected)
  })

  it('are behind views that views are made from, and called like a view that names none', async () => {
    const files = {
      'views/daily.view.lkml': `view: daily { derived_table: { sql: SELECT * FROM \${base.SQL_TABLE_NAME} ;; } } view: base {}`,
    }
    expect(names((await discover(await openLooker(onTile(ordersBy('daily.day'), aWorld(files)))))[0])).toEqual(['lake.orders', 'base'])
  })

  it.each([
    [
      'a name that a template makes',
      ordersBy('daily.day'),
      DAILY('sql: SELECT * FROM {{ schema }}.days ;;'),
      'a template makes: "{{ schema }}.days"',
    ],
    ['a view made from itself', ordersBy('daily.day'), DAILY('sql: SELECT * FROM ${daily.SQL_TABLE_NAME} ;;'), 'daily is made from itself'],
    ['LookML that it may not read', ordersBy('daily.day'), {}, 'does not show the file views/daily.view.lkml'],
    ['an explore that is gone', tile('101', 'A', 'gone', ['gone.x']), {}, 'does not show the explore startup/gone'],
    ['a look that is gone', { id: '101', title: 'A', type: 'vis', look_id: '99' } as const, {}, 'does not show the look 99'],
  ])('are told in words where they cannot be known: %s', async (_, element, files, words) => {
    const world = onTile(element, aWorld(files))
    const [found] = await discover(await openLooker(world))
    expect(found?.policy?.because).toContain(words)
    expect(found?.gaps).toEqual([expect.stringContaining(words)])
    expect(names(found)?.filter((name) => name !== 'lake.orders')).toEqual([])
  })

  it('are of the database that its connection is said to be', async () => {
    const [found] = await discover(await openLooker(onTile(ordersBy())), { namespaces: { warehouse: 'postgres://lake:5432' } })
    expect(found?.upstream).toEqual([{ name: 'lake.orders', namespace: 'postgres://lake:5432', hint: 'bi' }])
  })
})
