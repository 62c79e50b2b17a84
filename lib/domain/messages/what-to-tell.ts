import { isUnhealthy, type Status } from '#lib/domain/freshness/status.ts'
import { type FactEntry, SAME_INCIDENT_MS } from '#lib/domain/incidents/incident.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A feed as its receiver was told that it is (null: never told), and how it turned since, the last time at `at`. */
export interface Turned {
  told: Status | null
  to: Status | null
  at: Instant
}

/**
 * From when on a receiver may be told how a feed stands; null: not at all, since it knows, or since it is nothing for it. Who was told that something is wrong is told what
 * becomes of it; that it is well only once it stays so, since what flaps is one trouble.
 */
export function turnToTell({ told, to, at }: Turned, isWanted: boolean): { notBefore: Instant } | null {
  if (to === told) return null
  if (!isUnhealthy(told) && !(isUnhealthy(to) && isWanted)) return null
  return { notBefore: isUnhealthy(to) ? at : at + SAME_INCIDENT_MS }
}

/** How an incident is told: that it stands, what became of it, what people say of it, that it goes on, that it is over. */
export type IncidentWord = 'opened' | 'changed' | 'updated' | 'reminded' | 'resolved'

/** What happened to an incident since its receiver heard of it: by the facts, by people, or that it went on for long. */
export type IncidentNews = Pick<FactEntry, 'kind'> | { kind: 'updated' | 'reminder' }

/** An incident as a receiver knows it, and as it is. */
export interface ToldIncident {
  /** What the receiver heard last: nothing, that it stands, or that it is over. */
  told: 'nothing' | 'standing' | 'over'
  isOver: boolean
  /** By its routes: something in it is for this receiver. */
  isWanted: boolean
  news: readonly IncidentNews[]
}

/** What a receiver is told of an incident; null: nothing. What began and ended between two messages is told to nobody, and what joins or comes back is no message of its own. */
export function incidentToTell({ told, isOver, isWanted, news }: ToldIncident): IncidentWord | null {
  if (isOver) return told === 'standing' ? 'resolved' : null
  if (told !== 'standing') return isWanted && news.some(({ kind }) => kind !== 'reminder') ? 'opened' : null
  if (news.some(({ kind }) => CHANGES.has(kind))) return 'changed'
  if (news.some(({ kind }) => kind === 'updated')) return 'updated'
  return news.some(({ kind }) => kind === 'reminder') ? 'reminded' : null
}

/** What somebody who knows of an incident has to know besides. */
const CHANGES: ReadonlySet<IncidentNews['kind']> = new Set(['root-changed', 'merged', 'turned-worse'])
