import type { z } from 'zod'
import { isBroken, type Status } from '#lib/domain/freshness/status.ts'
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

/** What a notice is about, by the names that programs get; `digest`: several things together. */
export type NoticeType =
  | `incident.${'opened' | 'changed' | 'updated' | 'resolved'}`
  | 'data.ready'
  /** A reader says that something is wrong with its data. */
  | 'feed.reported'
  | 'digest'
  /** A turn of a feed, as channels tell it to which all messages look alike. */
  | `feed.${Status | 'unjudged'}`

/** What is told of anything else than the turn of one feed. */
export interface Notice {
  /** As of a `StatusMessage`. */
  id: string
  type: NoticeType
  /** What it is about, the same in all that is told of it: `incident:12`, `feed:terms`. */
  about: string
  /** On one line, without a full stop. */
  title: string
  /** Whole sentences, a line each. */
  lines: string[]
  /** How bad it is. */
  status: Status | null
  /** It is over, or well again. */
  isOver: boolean
  at: Instant
  link: string
  pageName: string
  zone: string
  /** For programs. */
  data: Record<string, unknown>
}

export type Message = StatusMessage | Notice

export interface SendContext {
  clock: Clock
  signal: AbortSignal
}

/** `rejected`: another try will not help. `retry`: it may. `gone`: the receiver wants nothing more, ever. `problem` is for people: no
 * address, no secret. */
export type SendOutcome = { ok: true } | { ok: false; kind: 'rejected' | 'retry' | 'gone'; problem: string; retryAfterMs?: number }

export interface Notifier<S = unknown> {
  /** Equal to the file's name. */
  kind: string
  settings: z.ZodType<S>
  /** Settings that the catalogue may only refer to, whatever they look like: who knows them can write to the channel. */
  secrets?: readonly string[]
  /** Several notices may come as one, for people to read. */
  gathers?: true
  /** Of turns of feeds. */
  wants(change: { from: Status | null; to: Status | null }): boolean
  /** Of everything else; absent: all of it. */
  takes?(notice: Pick<Notice, 'type'>): boolean
  send(settings: S, message: Message, context: SendContext): Promise<SendOutcome>
}

/** Declares a channel; the file's default export. */
export function defineNotifier<S>(notifier: Notifier<S>): Notifier<S> {
  return notifier
}

/** What people are told of turns: a feed that is new and fine, or was taken out, is no news. */
export function isNews({ from, to }: { from: Status | null; to: Status | null }): boolean {
  return from !== to && (from === null || to === null ? isBroken(to) : true)
}
