import { randomBytes } from 'node:crypto'
import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Health, Session } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import { forQuestion } from '#lib/connectors/kit/session.ts'
import { deliverFile } from './deliver-file.ts'
import { observeFiles } from './observe-files.ts'
import { readFile } from './read-file.ts'
import { openLines, type Session as SftpSession } from './session.ts'
import { remotePath, type SftpSettings } from './settings.ts'
import { sftpAnswerOf, toRequestError } from './ssh-errors.ts'
import { listFiles, openFile } from './stored-files.ts'

/** A session of `sftp`, with all that it asks by. */
export function openSftp(connection: Connection<SftpSettings>): Session {
  const lines = openLines(connection)
  return {
    check: () => checkAccess(connection, lines),
    observe: (assets) => observeFiles(connection, lines, assets),
    files: (where, signal) => listFiles(forQuestion(connection, signal), lines, where),
    openFile: (file, signal) => openFile(forQuestion(connection, signal), lines, file),
    extract: (request, signal) => readFile(forQuestion(connection, signal), lines, request),
    deliver: (delivery, signal) => deliverFile(forQuestion(connection, signal), lines, delivery),
    close: () => lines.close(),
  }
}

async function checkAccess(connection: Connection<SftpSettings>, lines: Lines<SftpSession>): Promise<Health> {
  const { root, user } = connection.settings
  const place = root === '' ? 'the folder we start in' : root
  return checked(connection, () =>
    lines.use(connection.signal, async (session) => {
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

async function mayWrite(session: SftpSession, { settings }: Connection<SftpSettings>): Promise<boolean> {
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
