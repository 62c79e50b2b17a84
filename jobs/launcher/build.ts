import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { ADVISORY_LOCKS } from '#lib/platform/postgres/advisory-locks.ts'
import { webBase } from './environment.ts'

const STAMP = '.next/tidemark-stamp'
const NEXT = 'node_modules/next/dist/bin/next'
const FOLDERS = ['app', 'lib']
const FILES = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'next.config.mjs',
  'postcss.config.mjs',
  'proxy.ts',
  'instrumentation.ts',
  'prisma/schema.prisma',
]

function pathsBelow(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const sources = names.filter((name) => /\.(ts|tsx|css|woff2|svg|png|ico)$/.test(name) && !/\.test\.tsx?$|^db.generated/.test(name))
  return sources.map((name) => join(folder, name)).sort()
}

/** A hash of content, not dates, so that a fresh checkout of the same sources builds nothing. */
function stampOfSources(): string {
  const hash = createHash('sha256').update(`${process.cwd()} ${process.version}`)
  const paths = [...FOLDERS.flatMap(pathsBelow), ...FILES.filter((path) => existsSync(path))]
  for (const path of paths) hash.update(`\n${path}\n`).update(readFileSync(path))
  return hash.digest('hex')
}

function isBuilt(): boolean {
  return existsSync(STAMP) && existsSync('.next/BUILD_ID') && readFileSync(STAMP, 'utf8') === stampOfSources()
}

/** Builds the pages; `text` is what the build said. Touches no database. */
export async function buildPages(signal?: AbortSignal): Promise<{ ok: boolean; text: string }> {
  rmSync(STAMP, { force: true })
  const stamp = stampOfSources()
  const child = spawn(process.execPath, [NEXT, 'build'], {
    env: webBase('production'),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal && { signal }),
  })
  child.on('error', () => {})
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)))
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code === 0) writeFileSync(STAMP, stamp)
  return { ok: code === 0, text }
}

export async function generateIfNeeded(): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, ['.config/generate.mjs', '--if-needed'])
  } catch (cause) {
    throw new TidemarkError('internal', {
      publicMessage: 'The Prisma client could not be made: run "node .config/generate.mjs" to see why.',
      cause,
    })
  }
}

/** Builds the pages when they are missing or older than their sources; of several processes one builds, the others wait. */
export async function buildIfNeeded(databaseUrl: string, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  if (isBuilt()) return
  const client = new Client({ connectionString: databaseUrl, application_name: 'tidemark build' })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCKS.pageBuild])
    if (isBuilt()) return
    say('Building the pages: once, and after each change of the sources …')
    const { ok, text } = await buildPages(signal)
    if (!ok && !signal.aborted) throw new TidemarkError('internal', { publicMessage: `The pages could not be built:\n${text.trim()}` })
  } finally {
    await client.end()
  }
}
