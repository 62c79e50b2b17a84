import { expect, test } from 'vitest'
import type { CommandLine } from '#jobs/cli/verb.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { silentLog } from '#lib/platform/log.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { aCustomerContract } from '#lib/testing/contracts/contract-world.ts'
import { startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import { loadAsking } from './check-addresses.ts'

test('addresses of contracts are asked at once, a few at a time, and told in the order of the catalogue', async () => {
  const producer = await startHttpReceiver()
  const held = new Map<string, () => void>()
  let most = 0
  producer.behave((response, { path }) => {
    held.set(path, () => (path.endsWith('0') ? response.writeHead(404).end() : response.end(aCustomerContract('1.0.0', ['id int']).text)))
    most = Math.max(most, held.size)
    // The first ones are answered when others have been asked, too, and the last of those first.
    if (held.size < 8 && !path.endsWith('/20')) return
    for (const [one, answer] of [...held].reverse()) {
      held.delete(one)
      answer()
    }
  })
  const assets = Array.from(
    { length: 20 },
    (_, n) => `lake/crm.t${n + 1}: { contract: { of: "${producer.url}/${n + 1}", entity: customer } }`,
  )
  const text = `page: { name: CRM, zone: UTC }
connections: { lake: { kind: postgres, url: "\${LAKE}" } }
groups: { crm: { feeds: { customers: { assets: { ${assets.join(', ')} } } } } }
`
  const command: CommandLine = {
    terminal: { print() {}, note() {}, ask: async () => null },
    environment: () => {
      throw new Error('nobody asks')
    },
    clock: systemClock,
    log: silentLog,
    signal: new AbortController().signal,
  }
  const { loaded, obstacles } = await loadAsking({ ok: true, texts: [{ file: 'tidemark.yaml', text }] }, campusContracts, command)
  await producer.close()
  expect(loaded.ok).toBe(true)
  expect(obstacles.map((words) => /\/(\d+) could/.exec(words)?.[1])).toEqual(['10', '20'])
  expect(most).toBe(8)
})
