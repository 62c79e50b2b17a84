// Holds the life of a throw-away server: when standard input closes, which it does however the parent
// ends, the server of the folder named on the command line is stopped and the folder removed.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readServerProcess, stopServer } from '#lib/platform/postgres/server.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: server-guard.ts <folder>')

async function clear(path: string): Promise<void> {
  const data = join(path, 'data')
  const server = readServerProcess(data)
  if (server) await stopServer(data, server.pid)
  await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {})
process.stdin.resume()
process.stdin.on('close', () => {
  clear(folder).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exitCode = 1
  })
})
