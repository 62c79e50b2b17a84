import { createHash, timingSafeEqual } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import ssh2, { type AuthContext, type Connection, type ParsedKey, type SFTPWrapper } from 'ssh2'
import { listen } from '#demo/campus/listen.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { serveFolder } from './sftp-folder.ts'
import { SshFaults } from './ssh-faults.ts'

interface SshServerOptions {
  clock: Clock
  folder: string
  /** Where the host key is kept, so that it is the same after a restart. */
  keyFolder: string
  port?: number
  user: string
  password?: string
  authorizedKey?: string
  /** Passwords by keyboard-interactive only, as on many servers. */
  asksForPassword?: boolean
}

export interface SshServer {
  host: string
  port: number
  fingerprint: string
  folder: string
  faults: SshFaults
  connections(): number
  breakAll(): void
  close(): Promise<void>
}

const KEY_FILE = 'ssh_host_ed25519_key'

/** Starts an SSH server with SFTP on the loopback address. */
export async function startSshServer(options: SshServerOptions): Promise<SshServer> {
  await mkdir(options.folder, { recursive: true })
  const hostKey = await keptHostKey(options.keyFolder)
  const faults = new SshFaults()
  const ssh = new ssh2.Server({ hostKeys: [hostKey], ident: 'pretend-campus' })
  const listener = createServer({ noDelay: true }, (socket) => {
    if (faults.is('down')) return void socket.destroy()
    ssh.injectSocket(socket)
  })
  const { port, sockets, close } = await listen(listener, options.port)
  ssh.on('connection', (client, info) => {
    const socket = [...sockets].find((one) => one.remotePort === info.port)
    serve(client, options, faults, () => socket?.destroy())
  })
  return {
    host: '127.0.0.1',
    port,
    fingerprint: fingerprintOf(hostKey),
    folder: options.folder,
    faults,
    connections: () => sockets.size,
    breakAll() {
      for (const socket of sockets) socket.destroy()
    },
    close,
  }
}

function serve(client: Connection, options: SshServerOptions, faults: SshFaults, die: () => void): void {
  // Clients may break off.
  client.on('error', () => {})
  client.on('authentication', (context) => authenticate(context, options, faults))
  client.on('session', (accept) => {
    accept().on('sftp', (acceptSftp) => {
      const sftp = acceptSftp()
      if (!faults.is('no-posix-rename')) announcePosixRename(sftp)
      serveFolder(sftp, { folder: options.folder, clock: options.clock, faults, die })
    })
  })
}

function authenticate(context: AuthContext, options: SshServerOptions, faults: SshFaults): void {
  const methods: AuthContext['method'][] = [
    ...(options.password === undefined ? [] : [options.asksForPassword ? ('keyboard-interactive' as const) : ('password' as const)]),
    ...(options.authorizedKey === undefined ? [] : ['publickey' as const]),
  ]
  const decide = (good: boolean) => {
    if (good && context.username === options.user && !faults.is('no-logins')) context.accept()
    else context.reject(methods)
  }
  if (context.method === 'password') decide(methods.includes('password') && isSame(context.password, options.password))
  else if (context.method === 'publickey') decide(isAuthorized(context, options.authorizedKey))
  else if (context.method !== 'keyboard-interactive' || !methods.includes('keyboard-interactive')) decide(false)
  else context.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) => decide(isSame(answer, options.password)))
}

function isAuthorized(context: Extract<AuthContext, { method: 'publickey' }>, authorized: string | undefined): boolean {
  const key = authorized === undefined ? undefined : ssh2.utils.parseKey(authorized)
  if (key === undefined || key instanceof Error || !isSame(context.key.data, key.getPublicSSH())) return false
  // Without a signature the client only asks whether this key would do.
  return (
    context.signature === undefined || context.blob === undefined || key.verify(context.blob, context.signature, context.hashAlgo) === true
  )
}

function isSame(given: string | Buffer | undefined, expected: string | Buffer | undefined): boolean {
  if (given === undefined || expected === undefined) return false
  const digest = (value: string | Buffer) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

async function keptHostKey(folder: string): Promise<string> {
  const path = join(folder, KEY_FILE)
  const kept = await readFile(path, 'utf8').catch(() => undefined)
  if (kept !== undefined) return kept
  const made = makeKeyPair().private
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(path, made, { mode: 0o600, flag: 'wx' })
  return made
}

function fingerprintOf(privateKey: string): string {
  const key = ssh2.utils.parseKey(privateKey)
  if (key instanceof Error) throw key
  return `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`
}

const VERSION = Buffer.from([0, 0, 0, 5, 2, 0, 0, 0, 3])

/** ssh2's server announces no extensions: its VERSION packet is replaced by one with OpenSSH's. */
function announcePosixRename(sftp: SFTPWrapper): void {
  const text = (value: string) => Buffer.concat([Buffer.from([0, 0, 0, value.length]), Buffer.from(value)])
  const body = Buffer.concat([VERSION.subarray(4), text('posix-rename@openssh.com'), text('1')])
  const announcing = Buffer.concat([Buffer.from([0, 0, 0, body.length]), body])
  const protocol: unknown = Reflect.get(sftp, '_protocol')
  if (typeof protocol !== 'object' || protocol === null) throw new Error('this ssh2 is built differently')
  const send: unknown = Reflect.get(protocol, 'channelData')
  if (typeof send !== 'function') throw new Error('this ssh2 is built differently')
  const channelData = (channel: number, data: Buffer) => send.call(protocol, channel, VERSION.equals(data) ? announcing : data)
  Reflect.set(
    sftp,
    '_protocol',
    new Proxy(protocol, { get: (target, name) => (name === 'channelData' ? channelData : bound(target, name)) }),
  )
}

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name)
  return typeof value === 'function' ? value.bind(target) : value
}

export function makeKeyPair(passphrase?: string): { private: string; public: string } {
  const make = ssh2.utils.generateKeyPairSync
  for (;;) {
    const made = passphrase === undefined ? make('ed25519') : make('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 1 })
    // ssh2 makes one in 256 malformed: a leading zero gets lost.
    const read: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(made.private, passphrase)
    if (!(read instanceof Error)) return made
  }
}
