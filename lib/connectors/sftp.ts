import { checkAccess } from '#lib/connectors/sftp/check-access.ts'
import { deliverFile, sftpDeliverOptions } from '#lib/connectors/sftp/deliver-file.ts'
import { observeFiles } from '#lib/connectors/sftp/observe-files.ts'
import { readFile, sftpExtractRequest } from '#lib/connectors/sftp/read-file.ts'
import { type SftpSettings, sftpAssetSettings, sftpSettings } from '#lib/connectors/sftp/settings.ts'
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
