import { spawnSync } from 'node:child_process'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

/** The server's account; undefined: our own. PostgreSQL refuses to run as root. */
export type ServerUser = { uid: number; gid: number } | undefined

const NAME = 'postgres'

function lookUp(flag: '-u' | '-g'): number | undefined {
  const answer = spawnSync('id', [flag, NAME], { encoding: 'utf8' })
  return answer.status === 0 ? Number.parseInt(answer.stdout, 10) : undefined
}

function findUser(): ServerUser {
  const uid = lookUp('-u')
  const gid = lookUp('-g')
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}

function addUser(): void {
  const added = spawnSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', NAME])
  if (added.status === 0) return
  spawnSync('addgroup', ['-S', NAME])
  spawnSync('adduser', ['-S', '-D', '-H', '-G', NAME, NAME])
}

export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** For root the system's account `postgres`, made when there is none. */
export function requireServerUser(): ServerUser {
  if (!isRoot()) return undefined
  const found = findUser()
  if (found) return found
  addUser()
  const added = findUser()
  if (added) return added
  throw new TidemarkError('refused', {
    publicMessage: 'PostgreSQL cannot run as root, and a user "postgres" could not be made: run as a normal user, or set DATABASE_URL.',
  })
}

/** Whether that user can pass all folders above `folder` and enter it. */
export function canReach(folder: string, user: ServerUser): boolean {
  if (user === undefined) return true
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { ...user, cwd: '/', stdio: 'ignore' }).status === 0
}
