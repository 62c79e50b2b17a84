import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a database that can be cut. */
export interface CutLine {
  url: string
  /** Ends every connection and takes no more. */
  cut(): Promise<void>
  /** Everything stays open and nothing gets through any more, until the line is cut. */
  freeze(): void
  /** Ends every connection and answers whoever comes that there are too many, until the line is cut. */
  refuse(): void
  mend(): Promise<void>
}

/** What a server says that has no connection left. */
const TOO_MANY = (() => {
  const fields = Buffer.from('SFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0\0')
  const length = Buffer.alloc(4)
  length.writeInt32BE(fields.length + 4)
  return Buffer.concat([Buffer.from('E'), length, fields])
})()

/** Leads to a database through a port of its own. */
export async function cutLine(databaseUrl: string): Promise<CutLine> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let state: 'open' | 'frozen' | 'full' = 'open'
  const server = createServer((near) => {
    if (state !== 'open') {
      sockets.add(near)
      near.on('error', () => {})
      near.on('close', () => sockets.delete(near))
      if (state === 'full') near.once('data', () => near.end(TOO_MANY))
      return
    }
    const far = connect(Number(target.port || 5432), target.hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return {
    url: url.href,
    async cut() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
    freeze() {
      state = 'frozen'
      for (const socket of sockets) socket.unpipe().pause()
    },
    refuse() {
      state = 'full'
      for (const socket of sockets) socket.destroy()
    },
    async mend() {
      state = 'open'
      await listen(port)
    },
  }
}
