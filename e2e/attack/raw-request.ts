import { connect, type Socket } from 'node:net'

/** What came back: status 0 when the connection ended without an answer, or nothing came in time. */
interface RawAnswer {
  status: number
  head: string
  body: string
}

interface RawOptions {
  /** Sent bit by bit after the head. */
  body?: AsyncIterable<Buffer> | Iterable<Buffer>
  /** The connection is cut this long after the head was sent. */
  cutAfterMs?: number
  waitMs?: number
  /** The address to connect to, where it is not this machine's loopback. */
  host?: string
  /** The connection is cut as soon as this came back. */
  enough?: (text: string) => boolean
}

/** Sends bytes as they are, which no client library would; resolves with whatever came back. */
export async function rawRequest(port: number, head: string, options: RawOptions = {}): Promise<RawAnswer> {
  const socket = connect(port, options.host ?? '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => {
    chunks.push(chunk)
    if (options.enough?.(Buffer.concat(chunks).toString('latin1'))) socket.destroy()
  })
  const closed = new Promise<void>((resolve) => {
    socket.on('error', () => resolve())
    socket.on('close', () => resolve())
  })
  const waiting = setTimeout(() => socket.destroy(), options.waitMs ?? 5000)
  socket.write(head, 'latin1')
  if (options.cutAfterMs !== undefined) setTimeout(() => socket.resetAndDestroy(), options.cutAfterMs)
  if (options.body !== undefined) await send(socket, options.body)
  await closed
  clearTimeout(waiting)
  return toAnswer(Buffer.concat(chunks).toString('latin1'))
}

async function send(socket: Socket, body: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
  for await (const chunk of body) {
    if (socket.destroyed || socket.writableEnded) return
    if (!socket.write(chunk)) await new Promise<void>((resolve) => socket.once('drain', resolve).once('close', () => resolve()))
  }
}

function toAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n')
  const head = end < 0 ? text : text.slice(0, end)
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body: end < 0 ? '' : text.slice(end + 4) }
}

/** A head with its first line and headers, closed after one answer. */
export function headOf(method: string, target: string, headers: Record<string, string> = {}, version = '1.1'): string {
  const all = { host: 'localhost', connection: 'close', ...headers }
  const lines = Object.entries(all).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`]))
  return [`${method} ${target} HTTP/${version}`, ...lines, '', ''].join('\r\n')
}

/** A body in chunks of 64 kB until so many bytes are sent. */
export function* chunkedBody(bytes: number): Generator<Buffer> {
  const chunk = Buffer.alloc(64 * 1024, 'x')
  for (let sent = 0; sent < bytes; sent += chunk.length)
    yield Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')])
  yield Buffer.from('0\r\n\r\n')
}

/** The port that a page is asked at. */
export function portOf({ url }: { url: string }): number {
  return Number(new URL(url).port)
}
