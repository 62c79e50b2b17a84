import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readEnvironment } from '#lib/platform/env.ts'
import { secretSource } from '#lib/platform/secrets/secrets.ts'
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

  test('gets the secret of the sign-in, wherever it was set, where there is one', () => {
    const environment = { ...settings.environment, oidcClientSecret: 'file:/run/secrets/oidc' }
    expect(webEnvironment({ ...settings, environment })).toMatchObject({ OIDC_CLIENT_SECRET: 'file:/run/secrets/oidc' })
    expect(webEnvironment(settings)).not.toHaveProperty('OIDC_CLIENT_SECRET')
  })

  test('is told which proxies are believed, where any are', () => {
    const environment = { ...settings.environment, proxies: ['10.0.0.0/8', '::1'] }
    expect(webEnvironment({ ...settings, environment })).toMatchObject({ TIDEMARK_PROXIES: '10.0.0.0/8,::1' })
    expect(webEnvironment(settings)).not.toHaveProperty('TIDEMARK_PROXIES')
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

  test('knows what was handed on to it, which is not what somebody set in the shell', () => {
    vi.stubEnv('LAKE_DATABASE_URL', 'postgres://lake')
    const { TIDEMARK_HANDED_ON } = workerEnvironment(settings, { DEMO_PEOPLESOFT_URL: 'http://there' })
    const names = TIDEMARK_HANDED_ON?.split(',')
    expect(names).toEqual(expect.arrayContaining(['DATABASE_URL', 'TIDEMARK_SECRET', 'DEMO_PEOPLESOFT_URL']))
    expect(names).not.toContain('LAKE_DATABASE_URL')
    expect(names).not.toContain('PEOPLESOFT_PASSWORD')
  })

  test('reads a password that changes in .env, although it was started with the old one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'environment-'))
    const envFile = join(folder, '.env')
    vi.stubEnv('LAKE_DATABASE_URL', undefined)
    writeFileSync(envFile, 'LAKE_DATABASE_URL=postgres://loader:old@lake\n')
    const environment = readEnvironment({ ENV_FILE: envFile })
    const worker = workerEnvironment({ ...settings, environment, lakeDatabaseUrl: environment.lakeDatabaseUrl ?? '' })
    expect(worker).toMatchObject({ LAKE_DATABASE_URL: 'postgres://loader:old@lake' })

    const { handedOn } = readEnvironment({ ENV_FILE: envFile, TIDEMARK_HANDED_ON: worker['TIDEMARK_HANDED_ON'] })
    const source = secretSource({ envFile, environment: (name) => worker[name], handedOn })
    expect(source.lookup('LAKE_DATABASE_URL')).toBe('postgres://loader:old@lake')
    writeFileSync(envFile, 'LAKE_DATABASE_URL=postgres://loader:new@lake\n')
    expect(source.lookup('LAKE_DATABASE_URL')).toBe('postgres://loader:new@lake')
    expect(source.placeOf('LAKE_DATABASE_URL')).toBe('env-file')
    rmSync(folder, { recursive: true })
  })

  test('gets what the demo adds', () => {
    expect(workerEnvironment(settings, { DEMO_PEOPLESOFT_URL: 'http://there' })).toMatchObject({ DEMO_PEOPLESOFT_URL: 'http://there' })
  })
})
