import { constants, type Stats } from 'node:fs'
import ssh2, { type Attributes } from 'ssh2'

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp

export class SftpStatus extends Error {
  readonly status: number

  constructor(status: number) {
    super(`SFTP status ${status}`)
    this.status = status
  }
}

export function toOpenFlags(flags: number): number {
  const has = (mode: number) => (flags & mode) !== 0
  const access = has(OPEN_MODE.WRITE) ? (has(OPEN_MODE.READ) ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY
  return (
    access |
    (has(OPEN_MODE.CREAT) ? constants.O_CREAT : 0) |
    (has(OPEN_MODE.TRUNC) ? constants.O_TRUNC : 0) |
    (has(OPEN_MODE.EXCL) ? constants.O_EXCL : 0)
  )
}

/** Attributes of version 3; times in whole seconds. */
export function toAttributes(stats: Stats): Attributes {
  const seconds = (ms: number) => Math.floor(ms / 1000)
  return {
    mode: stats.mode,
    uid: stats.uid,
    gid: stats.gid,
    size: stats.size,
    atime: seconds(stats.atimeMs),
    mtime: seconds(stats.mtimeMs),
  }
}

export function entryOf(filename: string, stats?: Stats): { filename: string; longname: string; attrs: Attributes } {
  const attrs = stats ? toAttributes(stats) : { mode: constants.S_IFDIR | 0o755, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 }
  const kind = stats?.isFile() ? '-' : stats?.isSymbolicLink() ? 'l' : 'd'
  return { filename, longname: `${kind}rw-r--r-- 1 campus campus ${attrs.size} Jan  1 00:00 ${filename}`, attrs }
}

/** As OpenSSH: a circle of links does not exist, either. */
const NO_SUCH_FILE = new Set<unknown>(['ENOENT', 'ENOTDIR', 'ELOOP'])

export function statusOf(error: unknown): number {
  if (error instanceof SftpStatus) return error.status
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  if (NO_SUCH_FILE.has(code)) return STATUS_CODE.NO_SUCH_FILE
  return code === 'EACCES' || code === 'EPERM' ? STATUS_CODE.PERMISSION_DENIED : STATUS_CODE.FAILURE
}
