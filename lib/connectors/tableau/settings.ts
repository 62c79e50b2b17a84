import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'

export const tableauSettings = z.strictObject({
  /** Where people meet it; of Tableau Cloud the address of its pod. */
  url: addressSchema('must be an address such as https://tableau.example.edu', 'tokenName and tokenSecret'),
  /** As it stands behind `/site/` in the addresses of its pages; the default one of a server has none. */
  site: z
    .string()
    .regex(/^[\w-]*$/, 'is not a site as it stands in the addresses of its pages')
    .default(''),
  /** A personal access token. It holds one session at a time, so nobody else may use it. */
  tokenName: z.string().min(1),
  tokenSecret: z.string().min(1),
  /** The version of its API that is spoken: newer servers know older ones. */
  api: z
    .string()
    .regex(/^3\.\d{1,2}$/, 'is not a version such as 3.19')
    .default('3.19'),
  /** What Tableau calls its databases → the namespace that the identity of our connection names, where names alone may mean several. */
  namespaces: z.record(z.string().min(1), z.string().min(1)).default({}),
  timeout: durationSchema.default(MINUTE_MS),
})
export type TableauSettings = z.output<typeof tableauSettings>

export type Connected = Connection<TableauSettings>

export const tableauAssetSettings = z.strictObject({
  /** It has no extract of its own, so no refresh either: it is as fresh as what it is made from. */
  live: z.boolean().optional(),
})

/** What can have an extract, which a job refreshes. */
export const KINDS = ['datasources', 'workbooks'] as const
export type Kind = (typeof KINDS)[number]

/** What Tableau calls one of them, in words. */
export const CALLED: Readonly<Record<Kind, string>> = { datasources: 'data source', workbooks: 'workbook' }

export interface Target {
  kind: Kind
  id: string
}

export interface Subject extends Target {
  /** One of the views of the workbook. */
  view: string | null
}

const ID = '[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}'
const PATH = new RegExp(`^(datasources|workbooks)/(${ID})(?:/views/(${ID}))?$`)

/** What a path names; null: nothing of Tableau. */
export function subjectOf(path: string): Subject | null {
  const [, kind, id, view = null] = PATH.exec(path) ?? []
  if (id === undefined || (kind === 'datasources' && view !== null)) return null
  return { kind: kind === 'datasources' ? 'datasources' : 'workbooks', id, view }
}

/** How a data source or workbook, and the job that refreshes its extract, are called. */
export function pathOf({ kind, id }: Target): string {
  return `${kind}/${id}`
}
