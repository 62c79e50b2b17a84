import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { WEB_OPTIONS } from '#jobs/launcher/plans.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { childEnvironment } from '#lib/platform/env.ts'
import { freePort } from '#lib/platform/postgres/server.ts'

/** What the server is told to sign its calls to itself with. */
export const INTERNAL_KEY = 'bench-only-bench-only-bench-only-bench'

export interface WebServer {
  url: string
  child: ChildProcess
  stop(): Promise<void>
}

export interface WebServerOptions {
  /** Options of its Node. */
  node?: readonly string[]
  /** Where it listens, and further variables. */
  hostname?: string
  variables?: Record<string, string>
}

/** The built page on a port of its own, against this database; resolves when it answers. */
export async function startWebServer(databaseUrl: string, options: WebServerOptions = {}): Promise<WebServer> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const environment = childEnvironment('production', 'everything', {
    DATABASE_URL: databaseUrl,
    TIDEMARK_SECRET: INTERNAL_KEY,
    TIDEMARK_URL: url,
    PORT: String(port),
    ENV_FILE: 'none',
    ...options.variables,
  })
  const command = [
    ...WEB_OPTIONS,
    ...(options.node ?? []),
    'app/serve.mjs',
    '--hostname',
    options.hostname ?? '127.0.0.1',
    '--port',
    String(port),
  ]
  const child = spawn(process.execPath, command, { env: environment, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    const answer = await fetch(`${url}/api/health`).catch(() => undefined)
    if (answer !== undefined) break
    await systemClock.sleep(50)
  }
  return {
    url,
    child,
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
