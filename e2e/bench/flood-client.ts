import { once } from 'node:events'
import { connect } from 'node:net'
import { systemClock } from '#lib/platform/clock.ts'
import { headOf } from '../attack/raw-request.ts'

/** What is sent, to a page on this machine, until so many were sent and nobody listens any more. */
export interface Flood {
  port: number
  path: string
  tries: number
  atOnce: number
  /** Each takes exactly so long, answered or not: nobody who tries passwords waits for a no that comes late, and all floods are as fast. */
  everyMs: number
  /** Tried in turns: the first there is, the others have made-up names. */
  accounts: number
  /** From as many addresses as tries, as the proxy in front of the page tells. */
  isFromMany: boolean
}

/** What came of it: how many of each status (0: no answer in time), and what the client itself took of a core. */
export interface Flooded {
  statuses: Record<string, number>
  cpuShare: number
}

async function tryOnce({ port, path, accounts, isFromMany, everyMs }: Flood, n: number): Promise<number> {
  const account = n % accounts
  const email = account === 0 ? 'admin@example.edu' : `somebody${account}@example.edu`
  const body = JSON.stringify({ email, password: `tidal marsh lantern ${n}` })
  const head = headOf('POST', path, {
    ...{ host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json' },
    ...{ 'content-length': String(body.length), 'x-forwarded-for': isFromMany ? `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` : '' },
  })
  const socket = connect(port, '127.0.0.1').setEncoding('latin1')
  let status = 0
  socket.on('error', () => {})
  socket.once('data', (text) => {
    status = Number(/^HTTP\/1\.1 (\d{3})/.exec(String(text))?.[1] ?? 0)
  })
  socket.write(head + body)
  await systemClock.sleep(everyMs)
  socket.destroy()
  return status
}

const flood: Flood = JSON.parse(process.argv[2] ?? '')
const statuses: Flooded['statuses'] = {}
let [sent, isWatched] = [0, true]
void once(process, 'message').then(() => {
  isWatched = false
})
const from = systemClock.now()
const lane = async (delayMs: number) => {
  await systemClock.sleep(delayMs)
  while (isWatched || sent < flood.tries) {
    sent += 1
    const status = await tryOnce(flood, sent)
    statuses[status] = (statuses[status] ?? 0) + 1
  }
}
await Promise.all(Array.from({ length: flood.atOnce }, (_, n) => lane((n * flood.everyMs) / flood.atOnce)))
const { user, system } = process.cpuUsage()
const cpuShare = (user + system) / 1000 / (systemClock.now() - from)
process.send?.({ statuses, cpuShare } satisfies Flooded)
process.disconnect()
