import { describe, expect, it } from 'vitest'
import { tablesInSql } from './tables-in-sql.ts'

const tables = (sql: string) => tablesInSql(sql).tables

describe('the tables a text in SQL reads', () => {
  it.each([
    ['one', 'SELECT * FROM public.orders', ['public.orders']],
    ['joins and lists', 'select 1 from a.x as x left join b.y on x.i = y.i, c."Z z" z where 1 = 1', ['a.x', 'b.y', 'c."Z z"']],
    ['a query in a query', 'SELECT * FROM (SELECT id FROM raw.orders WHERE id IN (SELECT id FROM raw.paid)) o', ['raw.orders', 'raw.paid']],
    ['tables in brackets', 'SELECT * FROM (a.x JOIN b.y USING (id, day)) JOIN c.z ON true', ['a.x', 'b.y', 'c.z']],
    ['a union', 'SELECT 1 FROM a.x UNION ALL SELECT 2 FROM b.y', ['a.x', 'b.y']],
    ['each once', 'SELECT 1 FROM a.x x1 JOIN a.x x2 ON true', ['a.x']],
    [
      'names of BigQuery',
      'SELECT * FROM `my-project.sales.orders` JOIN other-project.sales.items USING (id)',
      ['`my-project.sales.orders`', 'other-project.sales.items'],
    ],
    ['no list of columns', 'SELECT a, b, c FROM t.u ORDER BY a, b', ['t.u']],
  ])('are all of them: %s', (_, sql, expected) => {
    expect(tables(sql)).toEqual(expected)
  })

  it.each([
    ['in comments', '-- from a.x\nSELECT 1 /* join b.y */ FROM c.z'],
    ['in texts', `SELECT 'it''s from a.x' FROM c.z`],
    ['of functions', `SELECT EXTRACT(day FROM a.x), TRIM(both FROM b.y), a IS DISTINCT FROM b FROM c.z`],
    ['made by a function', 'SELECT * FROM c.z, UNNEST(z.items) i, LATERAL flatten(z.rows) f, generate_series(1, 2)'],
  ])('are none that stand %s', (_, sql) => {
    expect(tables(sql)).toEqual(['c.z'])
  })

  it('are none that it names by itself, and the one of that name inside', () => {
    expect(
      tables('WITH orders AS (SELECT * FROM orders), paid(a, b) AS NOT MATERIALIZED (SELECT * FROM orders) SELECT * FROM paid, lake.paid'),
    ).toEqual(['orders', 'lake.paid'])
    expect(tables('WITH RECURSIVE tree AS (SELECT * FROM a.x UNION SELECT * FROM tree) SELECT * FROM tree')).toEqual(['a.x'])
  })
})

describe('a name made by a template', () => {
  it.each([
    'SELECT * FROM {{ _user_attributes["schema"] }}.orders',
    'SELECT * FROM lake.orders_{{ size }}',
    'SELECT * FROM {{ a }}{{ b }}.orders',
    'SELECT * FROM @{schema}.orders',
    'SELECT * FROM {% if big %} lake.a {% else %} lake.b {% endif %}',
    'SELECT * {% if big %} FROM lake.a {% else %} FROM lake.b {% endif %}',
    'SELECT * FROM {% parameter which %}.orders',
    'SELECT * FROM ${TABLE}',
  ])('is never guessed: %s', (sql) => {
    expect(tablesInSql(sql)).toMatchObject({ tables: [], unknown: [expect.any(String)] })
  })

  it('elsewhere takes nothing away', () => {
    const sql =
      'SELECT ${TABLE}.x, {{ y }} FROM lake.a JOIN lake.b ON {% condition day %} b.day {% endcondition %} WHERE {% if z %} c {% endif %}'
    expect(tablesInSql(sql)).toEqual({ tables: ['lake.a', 'lake.b'], views: [], unknown: [] })
  })

  it('of a view of LookML is that view', () => {
    expect(tablesInSql('SELECT * FROM ${orders.SQL_TABLE_NAME} JOIN lake.b ON true')).toEqual({
      tables: ['lake.b'],
      views: ['orders'],
      unknown: [],
    })
  })
})
