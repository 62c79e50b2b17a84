import { createServer } from 'node:net'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Clock } from '#lib/platform/clock.ts'

const LOOPBACK = '127.0.0.1'
const PATIENCE_MS = 10_000

/** Where the web listens: HOST alone decides, and without it only this machine is let in. */
export function bindAddress(host: string | undefined): string {
  return host ?? LOOPBACK
}

function tryListen(host: string, port: number): Promise<string | undefined> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}

function toPortError(code: string, host: string, port: number): TidemarkError {
  const remedy = `Choose another one, for example: PORT=${port === 3000 ? 3001 : 3000} npm start`
  const why: Record<string, string> = {
    EADDRINUSE: `Port ${port} is taken by another program. ${remedy}`,
    EACCES: `This user may not use port ${port}. ${remedy}`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Set HOST to one of its addresses, or leave it away.`,
  }
  return new TidemarkError('unavailable', { publicMessage: why[code] ?? `The web cannot listen on ${host}:${port} (${code}).` })
}

/** Waits up to ten seconds for a web process that is still stopping to free the port. */
export async function requireFreePort(host: string, port: number, clock: Clock): Promise<void> {
  const giveUpAt = clock.now() + PATIENCE_MS
  for (;;) {
    const code = await tryListen(host, port)
    if (code === undefined) return
    if (code !== 'EADDRINUSE' || clock.now() >= giveUpAt) throw toPortError(code, host, port)
    await clock.sleep(250)
  }
}
