import { readdir, readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Client } from 'pg'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Clock } from '#lib/platform/clock.ts'
import { TidemarkError } from '#lib/platform/errors.ts'

const LOOPBACK = '127.0.0.1'
const EVERYWHERE = '0.0.0.0'
const PATIENCE_MS = 10_000
const accessSchema = z.object({ access: z.string() })

async function catalogueFiles(config: string): Promise<string[]> {
  if (!(await stat(config)).isDirectory()) return [config]
  const names = await readdir(config)
  return names.filter((name) => /\.ya?ml$/.test(name)).map((name) => join(config, name))
}

async function isPublicByFile(config: string): Promise<boolean> {
  const files = await catalogueFiles(config)
  const documents = await Promise.all(files.map(async (file) => accessSchema.safeParse(parse(await readFile(file, 'utf8')))))
  const named = documents.flatMap((document) => (document.success ? [document.data.access] : []))
  return named.length > 0 && named.every((access) => access === 'public')
}

async function isPublicByDatabase(databaseUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'tidemark launcher' })
  client.on('error', () => {})
  await client.connect()
  try {
    const answer = await client.query<{ access: string | null }>(
      `select document->>'access' as access from catalogue_version order by id desc limit 1`,
    )
    return answer.rows[0]?.access === 'public'
  } finally {
    await client.end()
  }
}

/**
 * The address the web listens on: HOST, else every address when the catalogue says `access: public`, else the
 * loopback address only. Without a catalogue here the last accepted one counts; one that cannot be read is private.
 */
export async function bindAddress(options: { host: string | undefined; config: string | undefined; databaseUrl: string }): Promise<string> {
  if (options.host !== undefined) return options.host
  const asked = options.config === undefined ? isPublicByDatabase(options.databaseUrl) : isPublicByFile(options.config)
  return (await asked.catch(() => false)) ? EVERYWHERE : LOOPBACK
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

/** Makes sure that the port can be had; a web process that is still stopping gets ten seconds. */
export async function requireFreePort(host: string, port: number, clock: Clock): Promise<void> {
  const giveUpAt = clock.now() + PATIENCE_MS
  for (;;) {
    const code = await tryListen(host, port)
    if (code === undefined) return
    if (code !== 'EADDRINUSE' || clock.now() >= giveUpAt) throw toPortError(code, host, port)
    await clock.sleep(250)
  }
}
