import type { z } from 'zod'
import type { Presence } from '#lib/domain/connections/pulse.ts'
import type { SeenKeys } from '#lib/domain/coverage/key-reading.ts'
import type { Evidence, JudgedClock, LastingReason } from '#lib/domain/freshness/facts.ts'
import type { PartialIdentity } from '#lib/domain/lineage/identity.ts'
import type { ExternalRun, KnownRun } from '#lib/domain/runs/external-run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import type { Log } from '#lib/platform/log.ts'
import type { ConnectorExample } from './connector-example.ts'
import type { FileConnector, FileSession } from './files.ts'
import type { IndexBuild, WantedBuild } from './index-build.ts'
import type { CancellingConnector, CancellingSession } from './starting/cancelling.ts'
import type { KeepingConnection } from './starting/kept-tickets.ts'
import type { Limits, Turns } from './turns.ts'
import type { WritingConnector, WritingSession } from './write.ts'

/** One configured outside system, its settings validated and its secrets resolved. */
export interface Connection<S> extends KeepingConnection {
  key: string
  settings: S
  clock: Clock
  log: Log
  signal: AbortSignal
  /** Whose turn it is to send a request; absent: nothing limits them. */
  turns?: Turns
  /** Which of all looks at this connection this is, for what has its turn every so many looks; absent: none that counts. */
  look?: number
  /** What was pushed for it, the latest made first; absent where nobody keeps that. */
  pushed?(): Promise<PushedFile[]>
  /** The things that events told of; absent where nobody keeps that. */
  told?(): AsyncIterable<Found>
  /** Its runs that go on as far as we know, that ended since then, or bear one of these ids; absent where nobody keeps that. */
  knownRuns?(since: Instant, externalIds: readonly string[]): Promise<KnownRun[]>
}

/** A file that its system pushed by itself. */
export interface PushedFile {
  name: string
  /** When it was made, as it says itself. */
  madeAt: Instant
  /** Of its content: two of one are the same. */
  sha256: string
  open(): AsyncIterable<Uint8Array>
}

export interface ObservedAsset {
  key: string
  /** The part of the key after `<connection>/`. */
  path: string
  settings: Record<string, unknown>
  /** `state` of the previous observation, for signals that only mean something as a difference. */
  previous: Record<string, unknown> | null
  /** The look before saw nothing, so that what is remembered is older than that and has to be proved anew. */
  hasFailed?: boolean
}

export interface ClockReading {
  clock: JudgedClock
  /** null: nothing is there (an empty table). */
  at: Instant | null
  precision: 'instant' | 'day'
  /** A wall time that autumn repeats: `at` is the first instant that shows it, this the second. */
  orAt?: Instant | undefined
  /** Nothing is there now, but there was something at the probe before, although no time of it was known. */
  isEmptied?: boolean
  /** How this clock is known; absent: as the whole look. */
  evidence?: Evidence
}

/** What one probe of one asset saw, and how it knows. */
export type Observation =
  | {
      ok: true
      assetKey: string
      readings: ClockReading[]
      rows: number | null
      /** Of all readings that do not bring their own. */
      evidence: Evidence
      /** Handed back as `previous` next time. Small; no secrets, no rows. */
      state: Record<string, unknown> | null
      warnings: string[]
      /** What its keys hold, where its settings ask for them and anything may have moved; absent: as before. */
      keys?: SeenKeys
      /** All is as the look before left it, warnings and state included: what is kept of that one stands. */
      isSame?: boolean
    }
  | {
      ok: false
      assetKey: string
      publicMessage: string
      message: string
      /** The system answered, and will answer the same until somebody changes something; absent: another try may well be good. */
      lasting?: LastingReason | undefined
      /** Handed back as `previous` next time in place of what is kept; absent: that stands. */
      state?: Record<string, unknown> | undefined
    }

/** What came of trying SQL that stands under an asset in the catalogue. */
export interface Trial {
  assetKey: string
  /** Where it stands among the asset's settings. */
  at: readonly string[]
  /** False: it could not be tried, and may be good. */
  isWrong: boolean
  problem: string
  remedy: string
}

export interface Health {
  ok: boolean
  /** Words for the page: version and account, or what is wrong and what to do. */
  detail: string
  credentialExpiresAt: Instant | null
}

/** Something a connector discovered and that could be adopted into the catalogue. */
export interface Found {
  path: string
  kind: 'source' | 'table' | 'consumer'
  name: string
  settings: Record<string, unknown>
  /** What it is made from, with how we know: a view's definition, a foreign key (which is no lineage), dbt, a tool that shows data. */
  upstream: FoundUpstream[]
  /** A policy in the catalogue's own form, and the reason for it in words. */
  policy: { input: Record<string, unknown>; because: string } | null
  /** What it is made from besides and cannot be known, in words; absent: `upstream` is all of it. */
  gaps?: string[]
  group: string
  isReadable?: boolean
  description?: string | null
  columns?: { name: string; type: string; description: string | null }[]
  /** There may be others than `columns`: what is not among them need not be gone. */
  mayHaveMoreColumns?: true
  owner?: string | null
  /** Where people see it in its own system. */
  url?: string | null
  /** What rules of `adopt` name between braces: `{folder}`, `{dashboard}`. */
  labels?: Record<string, string>
  /** The job of the same connection that writes it. */
  job?: string | null
}

/** A path of the same connection, or a name by which another system is known, found by the identities of connections. */
export type FoundUpstream = { hint: 'view' | 'foreign-key' | 'dbt' | 'openlineage' | 'bi' } & (
  | { path: string }
  | { name: string; namespace?: string | null }
)

/** One file to be handed over. */
export interface Delivery {
  path: string
  contentType: string
  bytes: number
  /** 64 hexadecimal digits. */
  sha256: string
  /** The content from its beginning; called again when a try is repeated. */
  open(): AsyncIterable<Uint8Array>
  /** What stands in the `deliver` block beside `to`, `format` and the columns; checked by `deliverOptions`. */
  options: Record<string, unknown>
}

export interface Delivered {
  detail: string
}

/** A run that somebody wants of a job. Where it is told parameters one that goes on is no run of this wish, whoever started it. */
export interface WantedJobRun {
  parameters: Record<string, unknown>
  /** Names this wish, and nothing else: asking twice with the same key starts one run. */
  key: string
  /** A run that goes on is taken up, unless it began before this; null: whenever it began. */
  since: Instant | null
  /** When an earlier try may have begun a run that its system does not list yet; null: none has. */
  triedAt: Instant | null
  /** Notes for good whether a run may have begun: `true` before the system is told to start one, `false` where it says plainly that it has not. */
  noteTry(mayHaveBegun: boolean): Promise<void>
}

/** What one run or one probe round asks of a system, over one sign-in: the first question signs in, `close` leaves. */
export interface Session extends FileSession, WritingSession, CancellingSession {
  /** Can we get in? Never throws for the ordinary ways of not getting in. */
  check(): Promise<Health>
  /** The cheapest question there is, asked every few seconds: is what it speaks to there at all? Never throws. */
  isThere?(): Promise<Presence>
  /** `zone` is the page’s: its days are counted. */
  discover?(zone: string): AsyncIterable<Found>
  /** Many assets per call, one observation each, as they become known. One asset's failure is its `ok: false`; throwing: nobody gets in. */
  observe?(assets: readonly ObservedAsset[]): AsyncIterable<Observation>
  /** Prepares the SQL that assets bring, and runs none of it for its rows: tells what is wrong, and what could not be tried; throws where nothing could. */
  trySql?(assets: readonly ObservedAsset[]): AsyncIterable<Trial>
  /**
   * The runs of this system's jobs: each that goes on or waits, and each that began or ended since then, in any order; throwing means that not all were
   * told, and those told before it stand.
   */
  runs?(since: Instant): AsyncIterable<ExternalRun>
  /**
   * The run of a job that does what is wanted: the one that was started with this key, whatever became of it, else one that goes on, else a new one, unless an
   * earlier try may have begun one that is not listed yet.
   * Throws with the remedy; `retryable` where nothing is known to have been started. Which run it is counts: how it ended, and what it wrote, `runs` tells.
   */
  start?(job: string, wanted: WantedJobRun): Promise<ExternalRun>
  /** `signal` ends this question alone; absent: it ends with the session. Questions may be asked at the same time. */
  extract?(request: Record<string, unknown>, signal?: AbortSignal): AsyncIterable<unknown>
  /** Hands a file over: it is there whole under its name, or not at all. Safe to repeat. */
  deliver?(delivery: Delivery, signal?: AbortSignal): Promise<Delivered>
  /** One build of an index, which becomes what readers find when it is whole. Asks nothing yet. */
  buildIndex?(wanted: WantedBuild, signal?: AbortSignal): IndexBuild
  /** Signs out and hangs up. Called once, also when the work was cancelled; asks and waits little, and never throws. */
  close?(): Promise<void>
}

export interface Connector<S = unknown> extends FileConnector, WritingConnector, CancellingConnector {
  /** Equal to the file's name. */
  kind: string
  example: ConnectorExample
  settings: z.ZodType<S>
  assetSettings: z.ZodType<Record<string, unknown>>
  /** The kind an asset of this connection has unless the catalogue says otherwise. */
  assetKind: 'source' | 'table' | 'consumer'
  /** What others call its tables, as far as its settings tell: a reference may still stand in their place. What the catalogue says instead counts. */
  identity?(settings: Record<string, unknown>): PartialIdentity
  /** There when its sessions can `trySql`: whether SQL stands among the settings of an asset. */
  bringsSql?(settings: Record<string, unknown>): boolean
  /** Whether an asset as written has a clock that a look can read; absent: every one has. A consumer without is as fresh as what it is made from. */
  hasClock?(asset: Pick<ObservedAsset, 'path' | 'settings'>): boolean
  /** What stands under an asset and does not go with its path, `at` among its settings; null: all of it does. */
  refuseAsset?(asset: Pick<ObservedAsset, 'path' | 'settings'>): { at: readonly string[]; problem: string; remedy: string } | null
  /** Whether its sessions can start a job, as far as its settings tell; absent: none can. */
  startsJobs?(settings: Record<string, unknown>): boolean
  /** Whether its sessions are asked `isThere`, as far as its settings tell; absent: never. */
  hasPulse?(settings: Record<string, unknown>): boolean
  /** There when nothing is ever looked at: what loads its assets tells of them. */
  asksNobody?: true
  /** There when its requests can be limited, by `limits` of a connection: what holds where nothing is written. */
  limits?: Limits
  /** There when its sessions can `extract`: what they can be asked for. */
  extractRequest?: z.ZodType<Record<string, unknown>>
  /** There when its sessions can `deliver`: further keys of a `deliver` block. */
  deliverOptions?: z.ZodType<Record<string, unknown>>
  /** There when its sessions can `buildIndex`. */
  buildsIndexes?: true
  /** A session for one run or one probe round, which asks nothing yet, so that `check` can say why we do not get in; what only sessions need is loaded now. */
  open(connection: Connection<S>): Session | Promise<Session>
}

/** Declares a connector; the file's default export. */
export function defineConnector<S>(connector: Connector<S>): Connector<S> {
  return connector
}
