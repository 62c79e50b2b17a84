import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

export interface Azurite {
  blobUrl: string
  queueUrl: string
  account: string
  key: string
}

/** Known to everybody: the account that Azurite has. */
const ACCOUNT = 'devstoreaccount1'
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
const PORTS = ['blobPort', 'queuePort', 'tablePort'].flatMap((name) => [`--${name}`, '0'])
const OPTIONS = [...PORTS, '--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry', '--loose']

let running: Promise<Azurite> | undefined

/** Blob and queue services of Azurite, in memory: one for all tests of a process, with which it ends. */
export function azurite(): Promise<Azurite> {
  running ??= start()
  return running
}

async function start(): Promise<Azurite> {
  const main = JSON.stringify(createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js'))
  const script = `process.stdin.resume().on('end', () => process.exit()); process.argv.splice(1, 0, ${main}); require(${main})`
  const child = spawn(process.execPath, ['-e', script, '--', ...OPTIONS], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ports = await portsOf(child)
  for (const held of [child, child.stdin, child.stdout])
    if (held !== null && 'unref' in held && typeof held.unref === 'function') held.unref()
  const at = (service: string) => `http://127.0.0.1:${ports.get(service)}/${ACCOUNT}`
  return { blobUrl: at('Blob'), queueUrl: at('Queue'), account: ACCOUNT, key: KEY }
}

async function portsOf(child: ChildProcess): Promise<Map<string, string>> {
  const ports = new Map<string, string>()
  if (child.stdout === null) throw new Error('Azurite has no output')
  for await (const line of createInterface({ input: child.stdout })) {
    const [, service = '', port = ''] = /Azurite (\w+) service is successfully listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? []
    if (service !== '') ports.set(service, port)
    if (ports.has('Blob') && ports.has('Queue')) {
      child.stdout.resume()
      return ports
    }
  }
  throw new Error('Azurite did not start')
}
