import { access, constants, mkdtemp, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
/** What the databases of a whole test run may take at once, many times over. */
const ROOM_BYTES = 2 * 2 ** 30

let place: Promise<string> | undefined

async function findPlace(): Promise<string> {
  try {
    await access(MEMORY, constants.W_OK)
    const { bavail, bsize } = await statfs(MEMORY)
    return bavail * bsize >= ROOM_BYTES ? MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** Makes a folder for a throw-away cluster: in memory where there is room, since a disk makes and removes the hundreds of files
 * of a database at several times the cost, else where temporary files go. */
export async function makeScratchFolder(prefix: string): Promise<string> {
  place ??= findPlace()
  return mkdtemp(join(await place, prefix))
}
