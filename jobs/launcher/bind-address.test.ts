import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Clock } from '#lib/platform/clock.ts'
import { freePort } from '#lib/platform/postgres/server.ts'
import { bindAddress, requireFreePort } from './bind-address.ts'

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

describe('the web listens', () => {
  test('on HOST, and without it on the loopback address', () => {
    expect([bindAddress('10.1.2.3'), bindAddress('0.0.0.0'), bindAddress(undefined)]).toEqual(['10.1.2.3', '0.0.0.0', '127.0.0.1'])
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
