import type { z } from 'zod'

/** What the catalogue has to know of a connector to check and resolve the settings written for it. */
export interface ConnectorContract {
  settings: z.ZodType
  /** Settings as they may be written, one for each way it can speak. */
  example?: { settings: readonly Record<string, unknown>[] }
  assetSettings: z.ZodType<Record<string, unknown>>
  assetKind: 'source' | 'table' | 'consumer'
  /** There when its settings tell what others call its tables. */
  identity?: unknown
  /** Whether an asset as written has a clock that a look can read; absent: every one has. */
  hasClock?: (asset: { path: string; settings: Record<string, unknown> }) => boolean
  /** What stands under an asset and does not go with its path, `at` among its settings; null: all of it does. */
  refuseAsset?: (asset: { path: string; settings: Record<string, unknown> }) => AssetRefusal | null
  /** Whether jobs can be started through it, by its settings as written; absent: never. */
  startsJobs?: (settings: Record<string, unknown>) => boolean
  /** There when runs of jobs can be cancelled through it. */
  cancelsJobs?: true
  /** There when files lie in it that can be listed and opened; whether they can be copied within it, and whether it has a queue that tells of them. */
  keepsFiles?: true
  copiesFiles?: true
  /** There when what is read from it are records of files, which know where they stand. */
  extractsFiles?: true
  /** There when rows can be written to it. */
  takesRows?: true
  hasQueue?: (settings: Record<string, unknown>) => boolean
  /** Where a place in it is, by its settings as written: the same text for every connection that reaches it, whoever it signs in as. */
  whereIs?: (settings: Record<string, unknown>, place: string) => string
  /** Whether its sessions are asked between looks if its database is there, by its settings as written; absent: never. */
  hasPulse?: (settings: Record<string, unknown>) => boolean
  /** There when nothing is ever looked at: what loads its assets tells of them. */
  asksNobody?: true
  /** There when its requests can be limited. */
  limits?: { atOnce: number | null; perMinute: number | null }
  /** There when records can be read from it, by a flow without code, too: keys beside `from` of an `extract` block, `path` among them when
   * the connector takes one. */
  extractRequest?: z.ZodType<Record<string, unknown>>
  /** There when files can be delivered to it: keys of a `deliver` block beside `to` and those of the format. */
  deliverOptions?: z.ZodType<Record<string, unknown>>
  /** There when an index can be built in it. */
  buildsIndexes?: true
}

/** A setting of an asset that cannot be used, and what to do. */
export interface AssetRefusal {
  at: readonly string[]
  problem: string
  remedy: string
}

/** What the catalogue has to know of a flow; every `defineFlow` satisfies it. */
export interface FlowContract {
  schedule: string
  timezone: string
  after?: readonly string[]
  reads: readonly string[]
  writes: readonly string[]
  connections: readonly string[]
  /** Connections needed besides with these parameters. */
  connectionsFor?(parameters: unknown): readonly string[]
  parameters: z.ZodType
  timeoutMs: number
  rejectTolerance?: number
  /** There when its runs carry the files of its inbox over one by one. */
  drainsInbox?: true
  /** The job of another system that its runs are, `<connection>/<job>`. */
  runs?: string
}

/** The connections a flow needs with parameters as they are written for it, by its own names for them. */
export function neededConnections(flow: FlowContract, parameters: unknown): string[] {
  const parsed = flow.parameters.safeParse(parameters)
  const more = parsed.success ? (flow.connectionsFor?.(parsed.data) ?? []) : []
  return [...new Set([...flow.connections, ...more])]
}

/** What the catalogue has to know of a kind of channel. */
export interface ChannelContract {
  settings: z.ZodType
  /** Settings that may only be references, whatever they look like. */
  secrets?: readonly string[]
}

/** The kinds of connections and channels, and the flows there are, by name. */
export interface CatalogueContracts {
  connectors: ReadonlyMap<string, ConnectorContract>
  flows: ReadonlyMap<string, FlowContract>
  channels?: ReadonlyMap<string, ChannelContract>
}
