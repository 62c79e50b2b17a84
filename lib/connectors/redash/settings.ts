import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'

export const redashSettings = z.strictObject({
  /** Where people meet it, with the name of the organisation where there are several: `https://redash.example.edu/finance`. */
  url: addressSchema('must be an address such as https://redash.example.edu', 'apiKey'),
  /** Of a user: the key of one query reads that query alone. */
  apiKey: z.string().min(1),
  /** What Redash calls its data sources → the namespace that the identity of our connection names, where names alone may mean several. */
  namespaces: z.record(z.string().min(1), z.string().min(1)).default({}),
  timeout: durationSchema.default(MINUTE_MS),
})
export type RedashSettings = z.output<typeof redashSettings>

export type Connected = Connection<RedashSettings>

export interface Subject {
  kind: 'dashboards' | 'queries'
  id: number
}

/** What a path names; null: nothing of Redash. */
export function subjectOf(path: string): Subject | null {
  const [, kind, id] = /^(dashboards|queries)\/([1-9]\d{0,14})$/.exec(path) ?? []
  if (kind === undefined) return null
  return { kind: kind === 'queries' ? 'queries' : 'dashboards', id: Number(id) }
}
