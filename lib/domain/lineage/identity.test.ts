import { describe, expect, it } from 'vitest'
import { type Identity, indexIdentities, resolveIdentity, toIdentity, toNamespace } from './identity.ts'

const postgres = (own: Partial<Identity> = {}): Identity => ({ names: [], omits: ['public'], namespaces: [], case: 'lower', ...own })
const snowflake = (own: Partial<Identity> = {}): Identity => ({ ...postgres(own), omits: own.omits ?? [], case: 'upper' })

function find(identities: Record<string, Identity>, assets: string[], name: string, namespace?: string): string | null {
  const found = resolveIdentity({ name, namespace }, indexIdentities(new Map(Object.entries(identities)), assets))
  return found.key ?? found.ambiguous
}

const PROD = postgres({ names: ['warehouse'], namespaces: ['postgres://db.example.edu:5432'] })
const ASSETS = ['lake/public.orders', 'lake/raw.orders', 'lake/raw.Mixed', 'lake/raw."odd.name"', 'looker/dashboards/12']

describe('a name that others use', () => {
  it.each([
    ['as dbt tells a relation', '"warehouse"."raw"."orders"', undefined, 'lake/raw.orders'],
    ['as dbt tells it without quotes', 'warehouse.raw.orders', undefined, 'lake/raw.orders'],
    ['as OpenLineage tells a dataset', 'warehouse.raw.orders', 'postgres://db.example.edu:5432', 'lake/raw.orders'],
    [
      'of a namespace with another word for the same scheme and no port',
      'warehouse.raw.orders',
      'postgresql://DB.example.edu/',
      'lake/raw.orders',
    ],
    ['as Looker writes sql_table_name', 'raw.orders', undefined, 'lake/raw.orders'],
    ['without the schema that may be left out, of a system that is named', 'orders', 'postgres://db.example.edu', 'lake/public.orders'],
    ['without quotes in capitals, which PostgreSQL reads small', 'RAW.ORDERS', undefined, 'lake/raw.orders'],
    ['in the letters it has, as a list of names tells it', 'warehouse.raw.Mixed', undefined, 'lake/raw.Mixed'],
    ['in quotes in the letters it has', 'raw."Mixed"', undefined, 'lake/raw.Mixed'],
    ['with a dot in it', 'warehouse.raw."odd.name"', undefined, 'lake/raw."odd.name"'],
    ['in brackets', '[warehouse].[raw].[orders]', undefined, 'lake/raw.orders'],
    ['in backticks as a whole', '`warehouse.raw.orders`', undefined, 'lake/raw.orders'],
    ['with blanks around it', '  raw.orders\n', undefined, 'lake/raw.orders'],
  ])('%s is found', (_, name, namespace, key) => {
    expect(find({ lake: PROD }, ASSETS, name, namespace)).toBe(key)
  })

  it.each([
    ['of another database', 'archive.raw.orders', undefined],
    ['of another system', 'warehouse.raw.orders', 'postgres://other.example.edu:5432'],
    ['of the same host at another port', 'warehouse.raw.orders', 'postgres://db.example.edu:6432'],
    ['in quotes in other letters', 'raw."Orders"', undefined],
    ['in small letters of a table that has large ones', 'raw.mixed', undefined],
    ['of a schema that is not left out', 'Mixed', 'postgres://db.example.edu'],
    ['without schema and system', 'orders', undefined],
    ['with too much before it', 'catalog.warehouse.raw.orders', undefined],
    ['of what has no identity', 'dashboards/12', undefined],
    ['that is a statement', '(select * from raw.orders)', undefined],
    ['that is a template', '{{ _user_attributes["db"] }}.orders', undefined],
    ['with nothing between its dots', 'raw..orders', undefined],
    ['with a quote that does not end', '"raw.orders', undefined],
    ['that is empty', '', undefined],
  ])('%s is nobody', (_, name, namespace) => {
    expect(find({ lake: PROD }, ASSETS, name, namespace)).toBeNull()
  })

  it('is that of an asset whose own path leaves the schema out', () => {
    expect(find({ lake: PROD }, ['lake/orders'], 'warehouse.public.orders')).toBe('lake/orders')
    expect(find({ lake: PROD }, ['lake/orders'], 'orders', 'postgres://db.example.edu')).toBe('lake/orders')
  })

  it('is read in capitals where the system does, and as it is in quotes', () => {
    const assets = ['snow/ANALYTICS.PROD.ORDERS', 'snow/analytics.prod.events', 'snow/ANALYTICS.PROD."lines"']
    const one = (name: string) => find({ snow: snowflake() }, assets, name)
    expect(one('analytics.prod.orders')).toBe('snow/ANALYTICS.PROD.ORDERS')
    expect(one('ANALYTICS.PROD.EVENTS')).toBe('snow/analytics.prod.events')
    expect(one('"analytics"."prod"."orders"')).toBeNull()
    expect(one('analytics.prod."lines"')).toBe('snow/ANALYTICS.PROD."lines"')
    expect(one('ANALYTICS.PROD.LINES')).toBeNull()
  })

  it('goes without database and schema where a connection leaves both out', () => {
    const omits = ['ANALYTICS', 'analytics.prod']
    const own = { snow: snowflake({ omits, namespaces: ['warehouse'] }) }
    const one = (name: string) => find(own, ['snow/ANALYTICS.PROD.ORDERS'], name, 'warehouse')
    expect([one('prod.orders'), one('orders'), one('other.orders')]).toEqual([
      'snow/ANALYTICS.PROD.ORDERS',
      'snow/ANALYTICS.PROD.ORDERS',
      null,
    ])
  })

  it('is the same in large and small letters where the system says so', () => {
    const ignoring = postgres({ names: ['Shop'], case: 'ignore', omits: [] })
    expect(find({ sql: ignoring }, ['sql/dbo.Orders'], '[SHOP].[dbo].[ORDERS]')).toBe('sql/dbo.Orders')
  })

  it('of a file or a topic is its path in the system that the namespace names', () => {
    const bucket = { names: [], omits: [], namespaces: ['s3://landing'], case: 'exact' } as const
    expect(find({ s3: bucket }, ['s3/sis/term 2261.csv'], 'sis/term 2261.csv', 's3://landing/')).toBe('s3/sis/term 2261.csv')
    expect(find({ s3: bucket }, ['s3/sis/term 2261.csv'], 'sis/term 2261.csv', 's3://other')).toBeNull()
  })
})

describe('a name that several may have', () => {
  const two = { lake: postgres({ names: ['warehouse'] }), old: postgres({ names: ['archive'] }) }
  const assets = ['lake/raw.orders', 'old/raw.orders']

  it('is nobody, and the words name all of them and the remedy', () => {
    expect(resolveIdentity({ name: 'raw.orders' }, indexIdentities(new Map(Object.entries(two)), assets))).toEqual({
      key: null,
      ambiguous:
        '"raw.orders" may be each of lake/raw.orders, old/raw.orders. Say in "identity" of their connections which names are theirs.',
    })
    expect(find(two, assets, 'archive.raw.orders')).toBe('old/raw.orders')
  })

  it('is told apart by its namespace', () => {
    const twice = {
      prod: { ...PROD, namespaces: ['postgres://prod:5432', 'warehouse_prod'] },
      test: { ...PROD, namespaces: ['postgres://test:5432'] },
    }
    const one = (namespace?: string) => find(twice, ['prod/raw.orders', 'test/raw.orders'], 'warehouse.raw.orders', namespace)
    expect([one('postgres://test'), one('Warehouse_Prod'), one('postgres://else')]).toEqual(['test/raw.orders', 'prod/raw.orders', null])
    expect(one()).toContain('may be each of prod/raw.orders, test/raw.orders')
    expect(find({ a: PROD, b: PROD }, ['a/raw.orders', 'b/raw.orders'], 'raw.orders', 'postgres://me:secret@db.example.edu')).toContain(
      '"raw.orders" of postgres://db.example.edu:5432 may be',
    )
  })

  it('is not the one that SQL would mean when another has the very letters', () => {
    expect(find({ lake: postgres() }, ['lake/raw.Orders', 'lake/raw.orders'], 'raw.Orders')).toContain('may be each of')
    expect(find({ lake: postgres() }, ['lake/raw.Orders', 'lake/raw.orders'], 'raw."Orders"')).toBe('lake/raw.Orders')
  })

  it('names the first five when they are many', () => {
    const many = Array.from({ length: 9 }, (_, i) => `c${i}`)
    const found = find(
      Object.fromEntries(many.map((key) => [key, postgres()])),
      many.map((key) => `${key}/a.b`),
      'a.b',
    )
    expect(found).toContain('c0/a.b, c1/a.b, c2/a.b, c3/a.b, c4/a.b, or 4 others.')
  })
})

describe('the identity of a connection', () => {
  it('is what is written, else what its connector tells, key by key', () => {
    const own = { names: ['lake'], omits: ['public'], namespaces: ['postgres://db:5432'], case: 'lower' } as const
    expect(toIdentity({ names: ['warehouse'] }, own)).toEqual({ ...own, names: ['warehouse'] })
    expect(toIdentity(null, own)).toEqual(own)
    expect(toIdentity({ namespaces: ['s3://b'] }, null)).toEqual({ names: [], omits: [], namespaces: ['s3://b'], case: 'exact' })
    expect(toIdentity(null, null)).toBeNull()
  })

  it.each([
    ['postgresql://u:p@DB:5432/x/?sslmode=on', 'postgres://db:5432/x'],
    ['Warehouse ', 'warehouse'],
    ['snowflake://ORG-Acct', 'snowflake://org-acct'],
    ['file:///data/', 'file:///data'],
  ])('compares the namespace %s as %s', (text, namespace) => {
    expect(toNamespace(text)).toBe(namespace)
  })
})
