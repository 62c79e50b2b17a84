import type { Status } from '#lib/domain/freshness/status.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

export const CAUSE_KINDS = ['asset', 'connection', 'flow', 'job', 'unseen'] as const

/** What a cause is about; `unseen`: an asset that the reader does not see. */
export type CauseKind = (typeof CAUSE_KINDS)[number]

/** `asset:<id>`, `connection:<key>`, `flow:<name>`, `job:<connection>/<job>`, `unseen:<since>`. */
export type CauseKey = `${CauseKind}:${string}`

/** What a key is of: `12` of an asset, the key of a connection, the name of a flow or job. */
export function partsOfCause(key: CauseKey): { kind: CauseKind; name: string } {
  const colon = key.indexOf(':')
  return { kind: CAUSE_KINDS.find((kind) => kind === key.slice(0, colon)) ?? 'asset', name: key.slice(colon + 1) }
}

/** The asset a cause is; null: it is something else. */
export function assetOf(key: CauseKey): number | null {
  const { kind, name } = partsOfCause(key)
  return kind === 'asset' ? Number(name) : null
}

/** A root with all that it holds back at an instant. */
export interface Cause {
  key: CauseKey
  /** An asset: since when it is not fresh; a connection: the last good look; a flow or job: the first run of its failures. */
  since: Instant
  /** The worst of what it holds back, itself included; null: nothing yet, there is only something at risk. */
  status: Status | null
  /** The unhealthy assets that come down to it (also to others), itself included where it is one; ascending. */
  heldIds: number[]
  /** What is fresh below it and turns at its own limit if nothing comes, the soonest first. */
  atRisk: AtRisk[]
}

export interface AtRisk {
  id: number
  at: Instant
}

/** One step of the way from a root down to an asset. */
export interface CauseStep {
  key: CauseKey
  /** Nothing is promised about it: that the trouble came this way is inferred. */
  isInferred: boolean
}

/** How an asset stands at an instant, and since when. */
export interface Standing {
  id: number
  status: Status | null
  /** Of what is not fresh: since when, whatever it was called meanwhile (late, then stale). */
  since: Instant | null
}

/** An asset among others, with what may be the reason that it is not fresh. */
export interface CauseAsset extends Standing {
  /** The connection that it lies behind. */
  connection: string | null
  /** The flow, or the job of another system, `<connection>/<job>`, that writes it. */
  flow: string | null
  job: string | null
  /** Of what is fresh: when it turns if nothing comes; null or absent: not by itself. */
  lateAt?: Instant | null
  /** It is as fresh as what it is made from, and turns with that. */
  isFollower?: boolean
  /** What writes it runs whatever is wrong above: it is not at risk, nor anything by way of it. */
  isLoadedAnyway?: boolean
  /** It is as it is because of what it is made from directly, whichever of that turned first: what blocks it now may have turned after another that no longer does. */
  isBlocked?: boolean
  /** The reader does not see it, nor what it is made from. */
  isUnseen?: boolean
}

/** A connection that does not answer since the last good look: nobody knows when in between that began. */
export interface DownConnection {
  key: string
  since: Instant
}

/** A flow or a job whose last runs all failed, hang, or never began. */
export interface FailingWork {
  kind: 'flow' | 'job'
  name: string
  /** The place of the first of these runs. */
  since: Instant
  /** When the first of them ended; absent: as it began. */
  failedAt?: Instant
  /** The last of them says why. */
  saysWhy: boolean
  /** The connections it speaks to. */
  connections: readonly string[]
  /** The assets that its failures are about; absent: all that it writes. */
  writes?: ReadonlySet<number>
}

/** All that causes are found in: what is not fresh, what nothing is promised about, and, where risk is asked for, what is fresh. */
export interface CauseGraph {
  assets: readonly CauseAsset[]
  edges: readonly Edge[]
  connections: readonly DownConnection[]
  work: readonly FailingWork[]
}
