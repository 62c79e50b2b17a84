import { z } from 'zod'
import { type Connection, type Connector, defineConnector, type Session } from '#lib/connectors/kit/connector.ts'

/** A connector of kind `test`, by what its sessions do; its check is good unless they say otherwise. */
export function testConnectorOf<S>(settings: z.ZodType<S>, open: (connection: Connection<S>) => Partial<Session>): Connector {
  const connector = defineConnector({
    kind: 'test',
    settings,
    assetSettings: z.record(z.string(), z.unknown()),
    assetKind: 'table',
    example: {
      settings: [{}],
      asset: { path: 'thing' },
      speaksTo: 'nobody',
      told: '',
      toldOfAsset: null,
      asked: null,
      evidence: [],
      permission: 'none',
    },
    open: (connection) => ({
      check: async () => ({ ok: true, detail: '', credentialExpiresAt: null }),
      ...open(connection),
    }),
  })
  return connector as Connector
}
