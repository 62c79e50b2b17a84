import { createHash, randomUUID } from 'node:crypto'
import { chmod, lstat, mkdir, readdir, readFile, readlink, realpath, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { findBinaries, SYSTEM_FOLDER } from './binaries.ts'
import { createCluster, freePort, randomPassword, type ServerPlace, signal } from './server.ts'
import { canReach, isRoot, requireServerUser, type ServerUser } from './server-user.ts'

const connectionSchema = z.object({ password: z.string(), port: z.number() })

export type Connection = z.infer<typeof connectionSchema>

export interface Cluster {
  folder: string
  data: string
  connection: Connection
}

const NAME = 'postgres'
const CONNECTION_FILE = 'connection.json'

export async function saveConnection(folder: string, connection: Connection): Promise<void> {
  const draft = join(folder, `${CONNECTION_FILE}.${process.pid}`)
  await writeFile(draft, `${JSON.stringify(connection)}\n`, { mode: 0o600 })
  await rename(draft, join(folder, CONNECTION_FILE))
}

function toAccessError(folder: string, cause: unknown): TidemarkError {
  const publicMessage = `The database in ${folder} belongs to another user: start Tidemark as that user (or as root), or set TIDEMARK_DATA to another folder.`
  return new TidemarkError('refused', { publicMessage, cause })
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

export async function findCluster(dataFolder: string): Promise<Cluster | undefined> {
  const link = join(resolve(dataFolder), NAME)
  if (!(await exists(link))) return undefined
  try {
    const folder = await realpath(link)
    const connection = connectionSchema.parse(JSON.parse(await readFile(join(folder, CONNECTION_FILE), 'utf8')))
    return { folder, data: join(folder, 'data'), connection }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EACCES') throw toAccessError(link, cause)
    const publicMessage = `The database in ${link} is incomplete. Restore it, or remove the folder to begin with an empty one.`
    throw new TidemarkError('refused', { publicMessage, cause })
  }
}

/** Removes the drafts of starts that were killed. */
async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^postgres\.(\d+)\./.exec(name)?.[1]
    if (pid !== undefined && !signal(Number(pid), 0)) await rm(join(folder, name), { recursive: true, force: true })
  }
}

async function folderFor(root: string, user: ServerUser): Promise<string> {
  if (canReach(root, user)) return root
  const id = createHash('sha256').update(`${root} ${randomUUID()}`).digest('hex').slice(0, 16)
  const folder = join(SYSTEM_FOLDER, id)
  await mkdir(folder, { recursive: true, mode: 0o711 })
  return folder
}

/** Renames a finished draft; of two concurrent starts the first wins, the other's draft is dropped. */
async function settle(draft: string, home: string, root: string): Promise<void> {
  const place = join(home, NAME)
  try {
    await rename(draft, place)
    if (home !== root) await symlink(place, join(root, NAME))
  } catch {
    await rm(home === root ? draft : home, { recursive: true, force: true })
  }
}

/** The cluster of a data folder, made when there is none: whole or not at all, whenever we are killed. */
export async function requireCluster(dataFolder: string): Promise<Cluster> {
  const root = resolve(dataFolder)
  const isNew = (await mkdir(root, { recursive: true })) !== undefined
  if (isNew && isRoot()) await chmod(root, 0o711)
  const found = await findCluster(root)
  if (found) return found
  await removeDrafts(root)
  const user = requireServerUser()
  const home = await folderFor(root, user)
  const draft = join(home, `${NAME}.${process.pid}.${randomUUID().slice(0, 8)}`)
  const password = randomPassword()
  await createCluster({ folder: draft, user, binaries: await findBinaries(user) }, password, { durable: true })
  await saveConnection(draft, { password, port: await freePort() })
  await settle(draft, home, root)
  const made = await findCluster(root)
  if (made) return made
  throw new TidemarkError('internal', { publicMessage: `The embedded database could not be made in ${root}.` })
}

export async function placeOf(cluster: Cluster): Promise<ServerPlace> {
  const { uid, gid } = await stat(cluster.data)
  if (!isRoot() && process.getuid !== undefined && uid !== process.getuid()) throw toAccessError(cluster.folder, undefined)
  const user = isRoot() ? { uid, gid } : undefined
  return { folder: cluster.folder, user, binaries: await findBinaries(user) }
}

/** Removes a data folder's cluster. The caller has made sure that nothing serves it. */
export async function removeCluster(dataFolder: string): Promise<void> {
  const link = join(resolve(dataFolder), NAME)
  const target = await readlink(link).catch(() => undefined)
  if (target?.startsWith(`${SYSTEM_FOLDER}/`)) await rm(dirname(target), { recursive: true, force: true })
  await rm(link, { recursive: true, force: true })
}
