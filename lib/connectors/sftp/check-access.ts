import { randomBytes } from 'node:crypto'
import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Health } from '#lib/connectors/kit/connector.ts'
import { type Session, withSession } from './session.ts'
import { remotePath, type SftpSettings } from './settings.ts'
import { sftpAnswerOf, toRequestError } from './ssh-errors.ts'

export async function checkAccess(connection: Connection<SftpSettings>): Promise<Health> {
  const { root, user } = connection.settings
  const place = root === '' ? 'the folder we start in' : root
  return checked(connection, () =>
    withSession(connection, async (session) => {
      const folder = await session.stat(root).catch((error: unknown) => {
        throw toRequestError(session.system, `look at ${place}`, error)
      })
      if (folder.kind !== 'folder') return { ok: false, detail: `${place} is not a folder.` }
      const words = (await mayWrite(session, connection))
        ? `files can be written to ${place}.`
        : `files cannot be written to ${place} itself; a delivery needs a folder in it where they can.`
      return `Signed in as ${user}; ${words}`
    }),
  )
}

async function mayWrite(session: Session, { settings }: Connection<SftpSettings>): Promise<boolean> {
  const path = remotePath(settings, `.tidemark-check.part-${randomBytes(8).toString('hex')}`)
  try {
    await session.write(path, nothing(), 0o600)
    await session.remove(path)
    return true
  } catch (error) {
    if (sftpAnswerOf(error) !== undefined) return false
    throw error
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
