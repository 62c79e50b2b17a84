import { describe, expect, it } from 'vitest'
import { viewsInLookml } from './lookml-views.ts'

describe('a file of LookML', () => {
  it('says where the rows of each of its views come from', () => {
    const text = `
      # view: old { sql_table_name: lake.old ;; }
      view: orders {
        sql_table_name: lake.orders ;;
        dimension: id { primary_key: yes sql: \${TABLE}.id ;; }
        measure: total { type: sum sql: CASE WHEN \${TABLE}.note = '}' THEN 0 ELSE \${TABLE}.total END ;; description: "a } b" }
      }
      view: daily {
        derived_table: {
          datagroup_trigger: nightly
          sql: SELECT day, sum(total) FROM lake.orders -- persist_for: nothing
               GROUP BY 1 ;;
        }
        dimension: day { sql: \${TABLE}.day ;; }
      }
      view: plain { dimension: id {} }`
    expect(viewsInLookml(text)).toEqual([
      { name: 'orders', tableName: 'lake.orders', derived: null },
      {
        name: 'daily',
        tableName: null,
        derived: { sql: expect.stringMatching(/^SELECT day.*GROUP BY 1$/s), exploreSource: null, isPersisted: true },
      },
      { name: 'plain', tableName: null, derived: null },
    ])
  })

  it.each([
    ['', false],
    ['sql_trigger_value: SELECT CURRENT_DATE ;;', true],
    ['persist_for: "4 hours"', true],
    ['materialized_view: yes', true],
    ['materialized_view: no', false],
    ['# persist_for: "4 hours"', false],
  ])('tells whether a table is kept: %s', (how, isPersisted) => {
    const [view] = viewsInLookml(`view: d { derived_table: { ${how}\n sql: SELECT 1 AS persist_for FROM a.x ;; } }`)
    expect(view?.derived).toEqual({ sql: 'SELECT 1 AS persist_for FROM a.x', exploreSource: null, isPersisted })
  })

  it('tells of which explore a table is a query', () => {
    const [view] = viewsInLookml('view: d { derived_table: { explore_source: orders { column: id {} filters: [orders.id: "1"] } } }')
    expect(view?.derived).toEqual({
      sql: null,
      exploreSource: { explore: 'orders', columns: expect.stringContaining('column: id') },
      isPersisted: false,
    })
  })

  it('that is cut or no LookML says nothing', () => {
    expect(viewsInLookml('view: a { sql_table_name: x ;;')).toEqual([])
    expect(viewsInLookml('}} { "')).toEqual([])
  })
})
