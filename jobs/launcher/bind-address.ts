import { createServer } from 'node:net'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { type Access, acceptedAccess, firstAccess } from './access-in-force.ts'

const LOOPBACK = '127.0.0.1'
const EVERYWHERE = '0.0.0.0'
const PATIENCE_MS = 10_000

/** Where the web listens, and by which accepted catalogue; `version` null: none. */
export interface Binding {
  address: string
  version: number | null
}

const addressFor = (access: Access) => (access === 'public' ? EVERYWHERE : LOOPBACK)

export async function bindAddress(options: {
  host: string | undefined
  config: string | undefined
  databaseUrl: string
}): Promise<Binding> {
  if (options.host !== undefined) return { address: options.host, version: null }
  const accepted = await acceptedAccess(options.databaseUrl).catch(() => null)
  return { address: addressFor(await firstAccess(options.config, accepted)), version: accepted?.version ?? null }
}

/** The address from now on; it changes only with another accepted catalogue, not with files or a database that is away. */
export async function nextBinding(current: Binding, databaseUrl: string): Promise<Binding> {
  const accepted = await acceptedAccess(databaseUrl).catch(() => null)
  if (accepted === null || accepted.version === current.version) return current
  return { address: addressFor(accepted.access), version: accepted.version }
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
