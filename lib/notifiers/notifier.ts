import type { z } from 'zod'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'

export interface StatusMessage {
  /** Stable over retries, unique per change and channel: receivers can drop a repeat. */
  id: string
  feedKey: string
  feedName: string
  groupName: string
  from: Status | null
  to: Status | null
  reason: string
  since: Instant
  explanation: string
  /** What the run says because of which it is so, and how often that was so; absent where that is not the reason, or the run says nothing. */
  failure?: string
  owner: string | null
  link: string
  pageName: string
  zone: string
}

/** `rejected`: another try will not help. `retry`: it may. `gone`: the receiver wants nothing more, ever. `problem` is for people: no
 * address, no secret. */
export type SendOutcome = { ok: true } | { ok: false; kind: 'rejected' | 'retry' | 'gone'; problem: string; retryAfterMs?: number }

export interface Notifier<S = unknown> {
  /** Equal to the file's name. */
  kind: string
  settings: z.ZodType<S>
  wants(change: { from: Status | null; to: Status | null }): boolean
  send(settings: S, message: StatusMessage, context: { clock: Clock; signal: AbortSignal }): Promise<SendOutcome>
}

/** Declares a channel; the file's default export. */
export function defineNotifier<S>(notifier: Notifier<S>): Notifier<S> {
  return notifier
}
