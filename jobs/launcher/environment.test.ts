import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readEnvironment } from '#lib/platform/env.ts'
import { type Settings, webEnvironment, workerEnvironment } from './environment.ts'

const settings: Settings = {
  databaseUrl: 'postgres://state',
  lakeDatabaseUrl: 'postgres://lake',
  environment: readEnvironment({ ENV_FILE: 'none', PORT: '4000' }),
  secret: 'internal',
  config: 'tidemark.yaml',
  publicUrl: 'http://localhost:4000',
  isDevelopment: false,
}

beforeEach(() => {
  vi.stubEnv('PEOPLESOFT_PASSWORD', 'hush')
  vi.stubEnv('LAKE_DATABASE_URL', 'postgres://other-lake')
  vi.stubEnv('PGPASSWORD', 'hush')
})

afterEach(() => vi.unstubAllEnvs())

describe('the web process', () => {
  test('gets its database and no credential of any connector', () => {
    const web = webEnvironment(settings)
    expect(web).toMatchObject({ DATABASE_URL: 'postgres://state', PORT: '4000', TIDEMARK_SECRET: 'internal', NODE_ENV: 'production' })
    expect(Object.keys(web)).not.toEqual(expect.arrayContaining(['PEOPLESOFT_PASSWORD']))
    expect(JSON.stringify(web)).not.toMatch(/hush|lake/)
  })

  test('reads no .env file, neither by us nor by Next', () => {
    expect(webEnvironment(settings)).toMatchObject({ ENV_FILE: 'none', __NEXT_PROCESSED_ENV: 'true' })
  })
})

describe('the worker', () => {
  test('gets all there is, with the databases in use', () => {
    expect(workerEnvironment(settings)).toMatchObject({
      PEOPLESOFT_PASSWORD: 'hush',
      DATABASE_URL: 'postgres://state',
      LAKE_DATABASE_URL: 'postgres://lake',
      TIDEMARK_CONFIG: 'tidemark.yaml',
    })
  })

  test('hears what the demo adds', () => {
    expect(workerEnvironment(settings, { DEMO_PEOPLESOFT_URL: 'http://there' })).toMatchObject({ DEMO_PEOPLESOFT_URL: 'http://there' })
  })
})
