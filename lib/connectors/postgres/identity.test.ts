import { expect, it } from 'vitest'
import { identityOf } from './identity.ts'

const own = { omits: ['public'], case: 'lower' }

it.each([
  [
    'postgres://u:p@db.example.edu:6432/warehouse?sslmode=require',
    { names: ['"warehouse"'], namespaces: ['postgres://db.example.edu:6432'] },
  ],
  ['postgresql://db.example.edu/My%20Shop', { names: ['"My Shop"'], namespaces: ['postgres://db.example.edu:5432'] }],
  ['postgres://db.example.edu', { namespaces: ['postgres://db.example.edu:5432'] }],
  ['postgres://u@localhost:5432/lake', { names: ['"lake"'] }],
  ['postgres://127.0.0.1/lake', { names: ['"lake"'] }],
  ['postgres://[::1]:5432/lake', { names: ['"lake"'] }],
  ['postgres:///lake', { names: ['"lake"'] }],
  ['${LAKE_DATABASE_URL}', {}],
  ['postgres://${HOST}:5432/lake', {}],
  ['file:/run/secrets/lake', {}],
  ['postgres://h/%FF', {}],
  [undefined, {}],
])('a database at %s is called by what its address tells', (url, told) => {
  expect(identityOf({ url })).toEqual({ ...own, ...told })
})
