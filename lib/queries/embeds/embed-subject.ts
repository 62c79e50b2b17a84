import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { WorkerLiveness } from '#lib/queries/shared/banners.ts'

/** What an embed may show. */
export type EmbedKind = 'feed' | 'group' | 'asset'

/** The subject of an embed, with its status in force. */
export interface EmbedSubject extends WorkerLiveness {
  id: number
  kind: EmbedKind
  key: string
  name: string
  status: Status | null
  reason: Reason | null
  since: Instant | null
  brokenSince: Instant | null
}

/** An asset that its subject is judged by: all the embed of it says of it comes from there. */
export interface JudgedAsset {
  id: number
  name: string
  status: Status | null
  reason: Reason | null
  since: Instant | null
  weakBy: string | null
}
