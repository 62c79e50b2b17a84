import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { childEnvironment, environmentVariable, publicAddress, readEnvironment } from './env.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'env-'))
  file = join(folder, 'variables')
})

afterEach(() => {
  rmSync(folder, { recursive: true })
  vi.unstubAllEnvs()
})

describe('the environment', () => {
  test('has a working default for everything', () => {
    expect(readEnvironment({ ENV_FILE: 'none' })).toEqual({
      databaseUrl: undefined,
      lakeDatabaseUrl: undefined,
      config: undefined,
      dataFolder: '.tidemark',
      secret: undefined,
      publicUrl: undefined,
      port: 3000,
      host: undefined,
      proxies: [],
      oidcClientSecret: undefined,
      logLevel: 'info',
      demo: 'both',
      demoCourses: undefined,
      envFile: 'none',
      handedOn: new Set(),
    })
  })

  test('makes the address of links from TIDEMARK_URL, else from the port', () => {
    const addressOf = (variables: Record<string, string>) => publicAddress(readEnvironment({ ENV_FILE: 'none', ...variables }))
    expect(addressOf({ PORT: '4711' })).toBe('http://localhost:4711')
    expect(addressOf({ PORT: '4711', TIDEMARK_URL: 'https://status.example.edu' })).toBe('https://status.example.edu')
    expect(() => addressOf({ TIDEMARK_URL: 'status.example.edu' })).toThrow('must be an address')
    expect(() => addressOf({ TIDEMARK_URL: 'ftp://status.example.edu' })).toThrow('must be an address')
  })

  test('shows of the demo what DEMO names', () => {
    const shown = (demo: string) => readEnvironment({ ENV_FILE: 'none', DEMO: demo }).demo
    const named = ['campus', 'startup', 'both', 'games', 'enterprise']
    expect([...named, ''].map(shown)).toEqual([...named, 'both'])
    expect(() => shown('none')).toThrow('DEMO must be campus, startup, both, games or enterprise')
  })

  test('takes proxies as addresses and networks, and nothing else', () => {
    const proxiesOf = (written: string) => readEnvironment({ ENV_FILE: 'none', TIDEMARK_PROXIES: written }).proxies
    expect(proxiesOf('172.20.0.0/16, 192.0.2.7 fd00::/8')).toEqual(['172.20.0.0/16', '192.0.2.7', 'fd00::/8'])
    for (const wrong of ['proxy.example.edu', '10.0.0.0/33', '10.0.0.1,nonsense'])
      expect(() => proxiesOf(wrong)).toThrow('TIDEMARK_PROXIES must be addresses or networks')
  })

  test('knows what the launcher handed on', () => {
    const { handedOn } = readEnvironment({ ENV_FILE: 'none', TIDEMARK_HANDED_ON: 'DATABASE_URL,LAKE_DATABASE_URL' })
    expect([...handedOn]).toEqual(['DATABASE_URL', 'LAKE_DATABASE_URL'])
  })

  test('takes an empty value as a missing one', () => {
    const found = readEnvironment({ ENV_FILE: 'none', PORT: '', DATABASE_URL: '', TIDEMARK_CONFIG: '' })
    expect(found).toMatchObject({ port: 3000, databaseUrl: undefined, config: undefined })
  })

  test('names every problem at once', () => {
    const wrong = { ENV_FILE: 'none', PORT: '0', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://db', TIDEMARK_SECRET: 'short' }
    expect(() => readEnvironment(wrong)).toThrow(/DATABASE_URL must start.*TIDEMARK_SECRET must have.*PORT must be 1.*LOG_LEVEL must be/)
  })

  test('never repeats a value in its complaints', () => {
    const wrong = { ENV_FILE: 'none', DATABASE_URL: 'mysql://ann:hush@db', TIDEMARK_SECRET: 'hush' }
    expect(() => readEnvironment(wrong)).toThrow(/^(?!.*hush).*DATABASE_URL/s)
  })

  test.each(['65536', '80.5', 'http', '-1'])('refuses the port %s', (port) => {
    expect(() => readEnvironment({ ENV_FILE: 'none', PORT: port })).toThrow('PORT must be')
  })

  test('reads the file it names, and a real variable wins over the file', () => {
    writeFileSync(file, 'PORT=4000\nLOG_LEVEL=debug\nTIDEMARK_DATA=\n')
    expect(readEnvironment({ ENV_FILE: file, PORT: '5000' })).toMatchObject({ port: 5000, logLevel: 'debug', dataFolder: '.tidemark' })
  })

  test('reads the file as secrets are read: with a mark of byte order, CRLF, export, and # within a value', () => {
    writeFileSync(
      file,
      '\uFEFFPORT=4000\r\nexport TIDEMARK_DATA=/srv/data#1 # where it is\r\nTIDEMARK_CONFIG=#campus/tidemark.yaml\r\nHOST=# none\r\n',
    )
    expect(readEnvironment({ ENV_FILE: file })).toMatchObject({
      port: 4000,
      dataFolder: '/srv/data#1',
      config: '#campus/tidemark.yaml',
      host: undefined,
    })
  })

  test('reads a whole password with # in an address', () => {
    writeFileSync(file, 'DATABASE_URL=postgres://t:half#whole@db/t\n')
    expect(readEnvironment({ ENV_FILE: file }).databaseUrl).toBe('postgres://t:half#whole@db/t')
  })

  test('reads the whole of a password that holds # and every kind of quote, and of one behind a tab', () => {
    writeFileSync(file, 'DATABASE_URL=postgres://t:a#b`c\'d"e@db/t\nexport\tPORT=4000 # ours\n')
    expect(readEnvironment({ ENV_FILE: file })).toMatchObject({ databaseUrl: 'postgres://t:a#b`c\'d"e@db/t', port: 4000 })
  })

  test('refuses a value in another encoding by its name, and minds none in a comment', () => {
    writeFileSync(file, Buffer.from('# Gr\xf6\xdfe\nPORT=4000\n', 'latin1'))
    expect(readEnvironment({ ENV_FILE: file }).port).toBe(4000)
    writeFileSync(file, Buffer.from('PORT=4000\nDATABASE_URL=postgres://t:gr\xfcn@db/t\n', 'latin1'))
    expect(() => readEnvironment({ ENV_FILE: file })).toThrow(`The value of DATABASE_URL in the file ${file} is not UTF-8 text`)
  })

  test.each([
    ['little-endian', Buffer.from('\uFEFFPORT=4000\n', 'utf16le')],
    ['big-endian', Buffer.from('\uFEFFPORT=4000\n', 'utf16le').swap16()],
    ['without a mark', Buffer.from('PORT=4000\n', 'utf16le')],
  ])('refuses a file in UTF-16, %s, in words', (_which, bytes) => {
    writeFileSync(file, bytes)
    expect(() => readEnvironment({ ENV_FILE: file })).toThrow(`The file ${file} is UTF-16 text`)
  })

  test('refuses a named file that is not there', () => {
    expect(() => readEnvironment({ ENV_FILE: file })).toThrow(`ENV_FILE names ${file}, which cannot be read`)
  })
})

describe('one variable by its name', () => {
  test('is undefined when it is missing or empty', () => {
    vi.stubEnv('TIDEMARK_TEST_FULL', 'here')
    vi.stubEnv('TIDEMARK_TEST_EMPTY', '')
    expect([environmentVariable('TIDEMARK_TEST_FULL'), environmentVariable('TIDEMARK_TEST_EMPTY')]).toEqual(['here', undefined])
  })
})

describe('the environment of a child', () => {
  beforeEach(() => {
    vi.stubEnv('TIDEMARK_TEST_PASSWORD', 'secret')
    vi.stubEnv('TIDEMARK_TEST_LANGUAGE', 'en')
  })

  test('is everything we have, and what is added', () => {
    const child = childEnvironment('production', 'everything', { ADDED: 'yes', EMPTY: '', ABSENT: undefined })
    expect(child).toMatchObject({ TIDEMARK_TEST_PASSWORD: 'secret', ADDED: 'yes', NODE_ENV: 'production' })
    expect(Object.keys(child)).not.toEqual(expect.arrayContaining(['EMPTY']))
    expect(Object.keys(child)).not.toEqual(expect.arrayContaining(['ABSENT']))
  })

  test('or only what is listed', () => {
    const child = childEnvironment('development', ['TIDEMARK_TEST_LANGUAGE', 'TIDEMARK_TEST_NOWHERE'], { ADDED: 'yes' })
    expect(child).toEqual({ TIDEMARK_TEST_LANGUAGE: 'en', ADDED: 'yes', NODE_ENV: 'development' })
  })
})
