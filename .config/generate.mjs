// Makes the Prisma client without Prisma's download host: only the generator runs, so the schema
// engine's binary may be any executable. Runs after every install, and with --if-needed before every
// start; plain JavaScript because an old Node may be the one that runs it.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 24
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const prisma = join(root, 'node_modules', 'prisma', 'build', 'index.js')
const bundled = join(root, 'node_modules', 'node', 'bin', 'node')
const generated = join(root, 'lib', 'db', 'generated')
const stampFile = join(generated, '.stamp')

function stampOfSources() {
  const files = [
    join(root, 'prisma', 'schema.prisma'),
    join(root, '.config', 'prisma.ts'),
    join(root, 'node_modules', 'prisma', 'package.json'),
  ]
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  return hash.digest('hex')
}

function isCurrent(stamp) {
  return existsSync(stampFile) && existsSync(join(generated, 'client.ts')) && readFileSync(stampFile, 'utf8') === stamp
}

function nodeToUse() {
  if (existsSync(bundled)) return bundled
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) return process.execPath
  process.stderr.write(`
Tidemark needs Node ${OLDEST_NODE}; this is ${process.version}, and the npm package "node" that brings it was not allowed to run its install script.
Either allow it, with "node": true under "allowScripts" in package.json (and without ignore-scripts), and run npm ci again;
or install Node ${OLDEST_NODE} or newer yourself and run npm ci again.

`)
  process.exit(1)
}

function generate() {
  execFileSync(nodeToUse(), [prisma, 'generate', '--config', '.config/prisma.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  })
}

// Nothing is installed yet when npm only writes its lock file.
if (existsSync(prisma)) {
  const stamp = stampOfSources()
  if (!process.argv.includes('--if-needed') || !isCurrent(stamp)) {
    generate()
    writeFileSync(stampFile, stamp)
  }
}
