import { z } from 'zod'
import { executeQuery } from '#lib/connectors/peoplesoft/execute-query.ts'
import { observeQuery } from '#lib/connectors/peoplesoft/observe-query.ts'
import { type PeopleSoftSettings, peopleSoftSettings } from '#lib/connectors/peoplesoft/settings.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { type Connection, defineConnector, type ObservedAsset } from './connector.ts'

const assetSettings = z.strictObject({
  /** A column with the instant of the newest change; without it the rows' fingerprint tells when they change. */
  watermark: z.string().min(1).optional(),
  /** Unique prompt names and their values. */
  prompts: z.record(z.string(), z.string()).optional(),
})

const request = z.strictObject({
  query: z.string().regex(/^\w+$/),
  prompts: z.record(z.string(), z.string()).optional(),
})

/** PeopleSoft's Query Access Service: one asset per query, its path is the query's name. */
export default defineConnector<PeopleSoftSettings>({
  kind: 'peoplesoft',
  settings: peopleSoftSettings,
  assetSettings,
  assetKind: 'source',
  capabilities: ['observe', 'extract'],

  async check(connection) {
    try {
      await executeQuery(connection, { query: connection.settings.checkQuery, rowsMax: 1 })
      return { ok: true, detail: `Signed in as ${connection.settings.user}; the query service answers.`, credentialExpiresAt: null }
    } catch (error) {
      return { ok: false, detail: toPublicMessage(error), credentialExpiresAt: null }
    }
  },

  async *observe(connection: Connection<PeopleSoftSettings>, assets: readonly ObservedAsset[]) {
    // One after the other: the application server has only a handful of handlers for everybody.
    for (const asset of assets) yield await observeQuery(connection, asset, assetSettings)
  },

  async *extract(connection, input) {
    yield* await executeQuery(connection, request.parse(input))
  },
})
