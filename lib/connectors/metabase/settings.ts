import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'

export const metabaseSettings = z.strictObject({
  url: addressSchema('must be an address such as https://metabase.example.edu', 'apiKey'),
  /** There are such since Metabase 49. */
  apiKey: z.string().min(1),
  /** What Metabase calls its databases → the namespace that the identity of our connection names, where names alone may mean several. */
  namespaces: z.record(z.string().min(1), z.string().min(1)).default({}),
  timeout: durationSchema.default(MINUTE_MS),
})
export type MetabaseSettings = z.output<typeof metabaseSettings>

export type Connected = Connection<MetabaseSettings>

export const metabaseAssetSettings = z.strictObject({
  /** Of a card's result: the newest value of this column says when its data are from. */
  column: z.string().min(1).optional(),
  clock: z.enum(['dataThroughAt', 'loadedAt']).default('dataThroughAt'),
})

interface Subject {
  kind: 'dashboards' | 'cards'
  id: number
}

/** What a path names; null: nothing of Metabase. */
export function subjectOf(path: string): Subject | null {
  const [, kind, id] = /^(dashboards|cards)\/([1-9]\d{0,14})$/.exec(path) ?? []
  if (kind === undefined) return null
  return { kind: kind === 'cards' ? 'cards' : 'dashboards', id: Number(id) }
}
