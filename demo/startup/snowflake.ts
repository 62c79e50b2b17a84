import { generateKeyPairSync } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { listen } from '#demo/campus/listen.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { Api, type Reply } from './snowflake/api.ts'
import { SnowflakeControl } from './snowflake/control.ts'
import { startupTables } from './snowflake/tables.ts'

export interface Snowflake {
  url: string
  account: string
  user: string
  role: string
  warehouse: string
  /** In PEM, of RSA_PUBLIC_KEY and RSA_PUBLIC_KEY_2; `stranger` is nobody's. */
  keys: { first: string; second: string; stranger: string }
  accessToken: string
  control: SnowflakeControl
  /** Whether the second key is known, too. */
  known: { keys: 'first' | 'second' | 'both' }
  close(): Promise<void>
}

const ACCOUNT = 'ACME-MAIN'
const USER = 'TIDEMARK'
const ROLE = 'PROBE_RO'
const WAREHOUSE = 'PROBE_XS'
const ACCESS_TOKEN = 'pretend-snowflake-token'

function keyPair() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicKey }
}

/** Made once a process: that takes a moment. */
let pairs: Record<'first' | 'second' | 'stranger', ReturnType<typeof keyPair>> | undefined

/** Snowflake's SQL API v2 before the warehouse of a start-up: its sign-in, statements that run on their own, partitions, errors, limits. */
export async function startSnowflake({ clock, port }: { clock: Clock; port?: number }): Promise<Snowflake> {
  pairs ??= { first: keyPair(), second: keyPair(), stranger: keyPair() }
  const { first, second, stranger } = pairs
  const control = new SnowflakeControl(clock, startupTables(clock.now()))
  const known: Snowflake['known'] = { keys: 'both' }
  const api = new Api(control, () => ({
    name: ACCOUNT,
    user: USER,
    publicKeys: [known.keys !== 'second' && first, known.keys !== 'first' && second].flatMap((pair) => (pair ? [pair.publicKey] : [])),
    accessToken: ACCESS_TOKEN,
  }))
  const server = createServer((request, response) => {
    api.answer(request).then(
      (reply) => send(response, reply),
      () => response.destroy(),
    )
  })
  const listening = await listen(server, port)
  return {
    url: `http://127.0.0.1:${listening.port}`,
    account: ACCOUNT,
    user: USER,
    role: ROLE,
    warehouse: WAREHOUSE,
    keys: { first: first.pem, second: second.pem, stranger: stranger.pem },
    accessToken: ACCESS_TOKEN,
    control,
    known,
    close: () => listening.close(),
  }
}

function send(response: ServerResponse, { status, body, headers = {}, isGzip }: Reply): void {
  const isText = typeof body === 'string'
  const bytes = Buffer.from(isText ? body : JSON.stringify(body))
  const type = isText ? 'text/html; charset=utf-8' : 'application/json'
  response.writeHead(status, { 'content-type': type, ...headers, ...(isGzip && { 'content-encoding': 'gzip' }) })
  response.end(isGzip ? gzipSync(bytes) : bytes)
}
