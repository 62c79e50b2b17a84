import {
  type SftpSettings,
  sftpAssetSettings,
  sftpDeliverOptions,
  sftpExtractRequest,
  sftpSettings,
} from '#lib/connectors/sftp/settings.ts'
import { defineConnector } from './kit/connector.ts'
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
  open: async (connection) => (await import('./sftp/open.ts')).openSftp(connection),
})
