import { once } from 'node:events'
import type { Server, Socket } from 'node:net'

export interface Listening {
  port: number
  /** Connections that are open now. */
  sockets: ReadonlySet<Socket>
  /** Ends open connections, too. */
  close(): Promise<void>
}

/** Lets a server listen on the loopback address, on a free port unless one is named. */
export async function listen(server: Server, port = 0): Promise<Listening> {
  const sockets = new Set<Socket>()
  server.prependListener('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    sockets,
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
