import { randomBytes } from 'node:crypto'
import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Health } from '#lib/connectors/kit/connector.ts'
import { deliverFile, sftpDeliverOptions } from '#lib/connectors/sftp/deliver-file.ts'
import { observeFiles } from '#lib/connectors/sftp/observe-files.ts'
import { readFile, sftpExtractRequest } from '#lib/connectors/sftp/read-file.ts'
import { openLines, type Session } from '#lib/connectors/sftp/session.ts'
import { remotePath, type SftpSettings, sftpAssetSettings, sftpSettings } from '#lib/connectors/sftp/settings.ts'
import { sftpAnswerOf, toRequestError } from '#lib/connectors/sftp/ssh-errors.ts'
import { listFiles, openFile } from '#lib/connectors/sftp/stored-files.ts'
import { defineConnector } from './kit/connector.ts'
import type { Lines } from './kit/lines.ts'
import { forQuestion } from './kit/session.ts'
import { whereOnSftp } from './kit/stores/where-is.ts'

/** Files on an SFTP server: one asset per name template, its path is the template (`inbox/patrons_{date}.csv`). */
export default defineConnector<SftpSettings>({
  kind: 'sftp',
  example: {
    settings: [{ host: 'sftp.example.edu', port: 22, user: 'tidemark', password: '${SFTP_PASSWORD}', hostKey: 'unknown' }],
    asset: { path: 'inbox/patrons_{date}.csv' },
    speaksTo: 'files on an SSH server',
    told: '`host`, `user`, `hostKey`, `password` or `privateKey`; `passphrase`, `port` 22, `root`, `timeout` 30s, `settle` 5s, `pickedUp`',
    toldOfAsset: '`pickedUp`',
    asked: '`format`; `records`, `delimiter`, `header`, `columns`, `encoding`',
    evidence: [
      { reads: 'the newest whole file, the same as its side-car says', clock: 'writtenAt', strength: 'strong' },
      { reads: 'the newest whole file', clock: 'writtenAt', strength: 'weak' },
    ],
    permission: 'list and read the folder; where files are delivered, write, rename and delete in it',
  },
  settings: sftpSettings,
  assetSettings: sftpAssetSettings,
  assetKind: 'consumer',
  keepsFiles: true,
  whereIs: whereOnSftp,
  extractRequest: sftpExtractRequest,
  deliverOptions: sftpDeliverOptions,

  open(connection) {
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
  },
})

async function checkAccess(connection: Connection<SftpSettings>, lines: Lines<Session>): Promise<Health> {
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
