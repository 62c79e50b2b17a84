import { randomBytes } from 'node:crypto'
import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Health } from '#lib/connectors/kit/connector.ts'
import { deliverFile, sftpDeliverOptions } from '#lib/connectors/sftp/deliver-file.ts'
import { observeFiles } from '#lib/connectors/sftp/observe-files.ts'
import { readFile, sftpExtractRequest } from '#lib/connectors/sftp/read-file.ts'
import { type Session, withSession } from '#lib/connectors/sftp/session.ts'
import { remotePath, type SftpSettings, sftpAssetSettings, sftpSettings } from '#lib/connectors/sftp/settings.ts'
import { sftpAnswerOf, toRequestError } from '#lib/connectors/sftp/ssh-errors.ts'
import { defineConnector } from './kit/connector.ts'

/** Files on an SFTP server: one asset per name template, its path is the template (`inbox/patrons_{date}.csv`). */
export default defineConnector<SftpSettings>({
  kind: 'sftp',
  settings: sftpSettings,
  assetSettings: sftpAssetSettings,
  assetKind: 'consumer',
  check: checkAccess,
  observe: observeFiles,
  extractRequest: sftpExtractRequest,
  extract: readFile,
  deliverOptions: sftpDeliverOptions,
  deliver: deliverFile,
})

async function checkAccess(connection: Connection<SftpSettings>): Promise<Health> {
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
