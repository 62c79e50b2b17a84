import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '#lib/platform/clock.ts'
import { freePort } from '#lib/platform/postgres/server.ts'
import { bindAddress, requireFreePort } from './bind-address.ts'

let folder: string

/** Every probe of the port takes six seconds, and nobody waits. */
function hastyClock(): Clock {
  let now = 0
  return {
    now: () => {
      now += 6000
      return now
    },
    sleep: () => Promise.resolve(),
  }
}

async function addressWith(config: string | undefined, host?: string): Promise<string> {
  return (await bindAddress({ host, config, databaseUrl: 'postgres://x@127.0.0.1:1/none' })).address
}

async function withCatalogue(text: string, host?: string): Promise<string> {
  const config = join(folder, 'tidemark.yaml')
  await writeFile(config, text)
  return addressWith(config, host)
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bind-'))
})

afterEach(() => rm(folder, { recursive: true }))

describe('the web listens', () => {
  test('on the loopback address when the catalogue is private or says nothing', async () => {
    expect(await withCatalogue('access: private\n')).toBe('127.0.0.1')
    expect(await withCatalogue('page: { name: Campus data }\n')).toBe('127.0.0.1')
  })

  test('on every address when the catalogue says public', async () => {
    expect(await withCatalogue('access: public\n')).toBe('0.0.0.0')
  })

  test('on the loopback address when the catalogue cannot be read and none was ever accepted', async () => {
    expect(await withCatalogue('access: public\n  broken: [')).toBe('127.0.0.1')
    expect(await addressWith(join(folder, 'nowhere.yaml'))).toBe('127.0.0.1')
  })

  test('as one file of a catalogue folder says, and never more openly than another', async () => {
    const config = join(folder, 'catalogue')
    await mkdir(config)
    await writeFile(join(config, 'page.yaml'), 'access: public\n')
    await writeFile(join(config, 'feeds.yaml'), 'groups: {}\n')
    expect(await addressWith(config)).toBe('0.0.0.0')
    await writeFile(join(config, 'other.yaml'), 'access: private\n')
    expect(await addressWith(config)).toBe('127.0.0.1')
  })

  test('on HOST whatever the catalogue says', async () => {
    expect(await withCatalogue('access: public\n', '127.0.0.2')).toBe('127.0.0.2')
  })

  test('on the loopback address when there is neither a catalogue nor a database to ask', async () => {
    expect(await addressWith(undefined)).toBe('127.0.0.1')
  })
})

describe('a port', () => {
  test('that is free is taken', async () => {
    await expect(requireFreePort('127.0.0.1', await freePort(), hastyClock())).resolves.toBeUndefined()
  })

  test('that somebody else has is refused with the way out', async () => {
    const other = createServer()
    const port = await freePort()
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    await expect(requireFreePort('127.0.0.1', port, hastyClock())).rejects.toThrow(
      `Port ${port} is taken by another program. Choose another`,
    )
    await new Promise((resolve) => other.close(resolve))
  })

  test('of an address that this machine does not have is refused in words', async () => {
    await expect(requireFreePort('192.0.2.1', await freePort(), hastyClock())).rejects.toThrow('This machine has no address 192.0.2.1')
  })
})
