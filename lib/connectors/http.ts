import { addressOf, ask } from '#lib/connectors/http/ask.ts'
import { deliverBody, httpDeliverOptions } from '#lib/connectors/http/deliver-body.ts'
import { observeAddresses } from '#lib/connectors/http/observe-addresses.ts'
import { httpExtractRequest, readPages } from '#lib/connectors/http/read-pages.ts'
import { type HttpSettings, httpAssetSettings, httpSettings } from '#lib/connectors/http/settings.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { defineConnector } from './kit/connector.ts'
import { failedCheck } from './kit/failed-check.ts'

/** JSON, NDJSON and CSV over HTTP, and files sent by PUT or POST: one asset per address, its path is the address below the base. */
export default defineConnector<HttpSettings>({
  kind: 'http',
  settings: httpSettings,
  assetSettings: httpAssetSettings,
  assetKind: 'source',

  async check(connection) {
    const { auth, checkPath } = connection.settings
    const credentials = auth === 'none' ? 'No credentials are set.' : 'It accepts our credentials.'
    try {
      const answer = await ask(connection, addressOf(connection, checkPath))
      for await (const _piece of answer.body) break
      return { ok: true, detail: `The server answers. ${credentials}`, credentialExpiresAt: null }
    } catch (error) {
      const isNothingThere = isTidemarkError(error) && error.code === 'not-found' && checkPath === ''
      if (!isNothingThere) return failedCheck(connection, error)
      const detail =
        'The server answers, but not at its base address; set checkPath to something it has, so that the credentials are tried too.'
      return { ok: true, detail, credentialExpiresAt: null }
    }
  },

  observe: observeAddresses,

  extractRequest: httpExtractRequest,
  extract: readPages,
  deliverOptions: httpDeliverOptions,
  deliver: deliverBody,
})
