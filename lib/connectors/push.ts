import { z } from 'zod'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { defineConnector } from './kit/connector.ts'

const settings = z.strictObject({
  from: z.string().min(1).max(200),
  /** Whose jobs and data are its own; without: all that no other one names. */
  namespace: z.string().min(1).max(2000).optional(),
})

/** What is only ever told about: nobody is asked, no look is made, and a promise judges the silence. */
export default defineConnector<z.output<typeof settings>>({
  kind: 'push',
  example: {
    settings: [{ from: 'cron on etl.example.edu' }, { from: 'Airflow on flows.example.edu', namespace: 'airflow' }],
    asset: { path: 'orders' },
    speaksTo: 'nobody: its assets are told about by what loads them',
    told: '`from`: who tells, in words; `namespace`: whose jobs and data (OpenLineage) are its own, without: all that no other one names',
    toldOfAsset: null,
    asked: null,
    evidence: [{ reads: 'heartbeats and events of OpenLineage, see Push', clock: 'loadedAt', strength: 'strong' }],
    permission: 'nothing; whoever tells needs a token with the scope `push`',
  },
  settings,
  assetSettings: z.strictObject({}),
  assetKind: 'table',
  asksNobody: true,

  open: ({ key, settings: { from }, told }) => ({
    check: async () => ({ ok: true, detail: `Nobody is asked: ${from} tells by itself.`, credentialExpiresAt: null }),
    discover() {
      if (told !== undefined) return told()
      throw new TidemarkError('invalid', {
        publicMessage: `What was told of ${key} is kept where Tidemark runs: a worker looks there.`,
        systemWide: true,
      })
    },
  }),
})
