import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { systemClock } from '#lib/platform/clock.ts'
import { addPerson, cookieOf } from '#lib/testing/database/people.ts'
import { headOf } from '../attack/raw-request.ts'
import { bigCatalogue } from './big-catalogue.ts'
import { openBigDatabase } from './big-database.ts'
import { peakMemoryMb } from './memory.ts'
import { keepRunning, sample } from './overview-readers.ts'
import { against, type Figure, percentile } from './report.ts'
import { startWebServer } from './web-server.ts'

const SLOW = 300
/** An address that nobody signed in at may follow the page two hundred times, a session ten times. */
const PER_ADDRESS = 200
const PER_SESSION = 10
const ROUNDS = 3
const READERS = 8
const REQUESTS = 400

/** Asks for the events as somebody behind a proxy and takes no more than the first bytes; of a refusal, all. */
async function follow(url: string, headers: Record<string, string>): Promise<{ status: number; words: string; socket: Socket }> {
  const { host, port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1').setEncoding('latin1')
  socket.write(headOf('GET', '/api/v1/events', { host, ...headers }))
  socket.on('error', () => {})
  let words = String((await once(socket, 'data'))[0])
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(words)?.[1] ?? 0)
  if (status === 200) socket.pause()
  else for await (const more of socket) words += String(more)
  return { status, words, socket }
}

/** Three hundred from three addresses, each of which may. */
async function followSlowly(url: string): Promise<Socket[]> {
  const sockets: Socket[] = []
  for (let n = 0; n < SLOW; n += 1) {
    const { status, socket } = await follow(url, { 'x-forwarded-for': `192.0.2.${n % 3}` })
    if (status !== 200) throw new Error(`slow reader ${n} was answered ${status}`)
    sockets.push(socket)
  }
  return sockets
}

/** How many of so many streams are opened; all others must be refused in words. */
async function countOpened(url: string, headers: Record<string, string>, asked: number): Promise<number> {
  const found = await Promise.all(Array.from({ length: asked }, () => follow(url, headers)))
  for (const { socket } of found) socket.destroy()
  const refused = found.filter(({ status }) => status !== 200)
  const odd = refused.find(({ status, words }) => status !== 429 || !/retry-after: \d+/i.test(words) || !words.includes('too often'))
  if (odd !== undefined) throw new Error(`a stream too many was answered: ${odd.words.slice(0, 300)}`)
  return asked - refused.length
}

/** What readers of the overview notice of three hundred who follow it and read nothing, while a flow runs; and how many streams one may open. */
export async function measureSlowReaders(): Promise<Figure[]> {
  const { database, ctx } = await openBigDatabase()
  const admin = await addPerson(ctx, 'admin', 'admin')
  const server = await startWebServer(database.url)
  const open = new AbortController()
  const running = keepRunning(database.context(systemClock), bigCatalogue('').assets[9]?.key ?? '', open.signal)
  try {
    const cookie = await cookieOf(ctx, server.url, admin)
    const asking = { url: `${server.url}/`, cookies: [cookie] }
    await sample(asking, READERS, REQUESTS)
    const ratios: number[] = []
    const told: string[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const without = percentile(await sample(asking, READERS, REQUESTS), 0.95)
      const sockets = await followSlowly(server.url)
      const beside = percentile(await sample(asking, READERS, REQUESTS), 0.95)
      for (const socket of sockets) socket.destroy()
      ratios.push(beside / without)
      told.push(`${without.toFixed(0)} → ${beside.toFixed(0)}`)
    }
    const ofAddress = await countOpened(server.url, { 'x-forwarded-for': '198.51.100.1' }, PER_ADDRESS + 20)
    const ofSession = await countOpened(server.url, { cookie }, PER_SESSION + 5)
    return [
      against(`p95 beside ${SLOW} slow readers ÷ alone, median of ${ROUNDS}`, percentile(ratios, 0.5), '×', { atMost: 1.5 }),
      { name: 'p95 alone → beside them, ms', value: told.join(', ') },
      against('streams of one address that nobody signed in at', ofAddress, '', { atMost: PER_ADDRESS }),
      against('streams of one session', ofSession, '', { atMost: PER_SESSION }),
      { name: 'peak memory of the web process', value: `${(await peakMemoryMb(server.child.pid)).toFixed(0)} MB` },
    ]
  } finally {
    open.abort()
    await running
    await server.stop()
    await database.drop()
  }
}
