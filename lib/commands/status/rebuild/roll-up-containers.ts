import { lockSubjects } from '#lib/db/catalogue/subjects.ts'
import type { Sql } from '#lib/db/context.ts'
import type { Membership } from '#lib/db/history/memberships.ts'
import { type KnownSpan, loadSpans, writeSpans } from '#lib/db/history/spans.ts'
import { type RollUpMember, rollUp } from '#lib/domain/freshness/roll-up.ts'
import type { Span } from '#lib/domain/freshness/span.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Rebuilt } from './rebuild-assets.ts'
import { joinWrites, restateSpans } from './restate-spans.ts'

/** Which container is to be rolled up anew, from when on, and up to when its status had been worked out before. */
export interface RollUpRequest {
  subjectId: number
  from: Instant
  statedUntil: Instant
  /** It came or went itself since, so its own containers must look again whatever its status. */
  hasMoved: boolean
}

/** What a rolled-up container was made of; the explanation of its status is that of the member that caused it. */
export interface RolledUp extends Rebuilt {
  members: { memberId: number; from: Instant; to: Instant | null; spans: readonly KnownSpan[] }[]
}

/** The containers that members' changes reach: each from the earliest of them. */
export function reachedBy(changed: readonly Rebuilt[], memberships: readonly Membership[]): RollUpRequest[] {
  const byMember = new Map(changed.map((rebuilt) => [rebuilt.subjectId, rebuilt]))
  const reached = new Map<number, RollUpRequest>()
  for (const { containerId, memberId, to } of memberships) {
    const member = byMember.get(memberId)
    const from = member?.rollUpFrom ?? null
    if (member === undefined || from === null || (to !== null && to < from)) continue
    const known = reached.get(containerId)
    reached.set(containerId, {
      subjectId: containerId,
      from: Math.min(from, known?.from ?? from),
      statedUntil: Math.min(member.statedUntil, known?.statedUntil ?? member.statedUntil),
      hasMoved: false,
    })
  }
  return [...reached.values()].sort((a, b) => a.subjectId - b.subjectId)
}

/**
 * Locks containers and works their statuses out from those of their members, of which some have been rebuilt from an instant on; writes what
 * differs.
 */
export async function rollUpContainers(
  sql: Sql,
  now: Instant,
  requests: readonly RollUpRequest[],
  rebuilt: readonly Rebuilt[],
  loadMembers: (sql: Sql, containerIds: readonly number[]) => Promise<Membership[]>,
): Promise<RolledUp[]> {
  if (requests.length === 0) return []
  const ids = requests.map((request) => request.subjectId)
  const created = new Map((await lockSubjects(sql, ids)).map((subject) => [subject.id, subject.createdAt]))
  const memberships = await loadMembers(sql, ids)
  const memberSpans = await loadMemberSpans(sql, requests, memberships, rebuilt)
  const stored = await loadSpans(sql, requests)
  const byContainer = Map.groupBy(memberships, ({ containerId }) => containerId)
  const done = requests.map((request): RolledUp => {
    const members = (byContainer.get(request.subjectId) ?? []).map((membership) => ({
      ...membership,
      spans: memberSpans.get(membership.memberId) ?? [],
    }))
    const from = Math.max(request.from, created.get(request.subjectId) ?? request.from)
    const restatement = restateSpans(
      request.subjectId,
      stored.get(request.subjectId) ?? [],
      rollUp(members.map(toRollUpMember), from, now + 1),
    )
    return {
      subjectId: request.subjectId,
      from,
      restatement,
      statedUntil: request.statedUntil,
      rollUpFrom: request.hasMoved ? Math.min(from, restatement.changedFrom ?? from) : restatement.changedFrom,
      explainAt: () => null,
      members,
    }
  })
  await writeSpans(sql, joinWrites(done.map((rolledUp) => rolledUp.restatement.writes)))
  return done
}

/** Each member's spans from the earliest instant one of its containers asks for; read only where they are not at hand. */
async function loadMemberSpans(
  sql: Sql,
  requests: readonly RollUpRequest[],
  memberships: readonly Membership[],
  rebuilt: readonly Rebuilt[],
): Promise<Map<number, readonly KnownSpan[]>> {
  const asked = new Map(requests.map((request) => [request.subjectId, request.from]))
  const wanted = new Map<number, Instant>()
  for (const { containerId, memberId } of memberships) {
    const since = asked.get(containerId)
    if (since !== undefined) wanted.set(memberId, Math.min(since, wanted.get(memberId) ?? since))
  }
  const found = new Map<number, readonly KnownSpan[]>()
  for (const { subjectId, from, restatement } of rebuilt) {
    const since = wanted.get(subjectId)
    if (since !== undefined && from <= since) found.set(subjectId, restatement.after)
  }
  const missing = [...wanted].filter(([id]) => !found.has(id)).map(([subjectId, from]) => ({ subjectId, from }))
  if (missing.length > 0) for (const [id, spans] of await loadSpans(sql, missing)) found.set(id, spans)
  return found
}

function toRollUpMember({ from, to, spans }: { from: Instant; to: Instant | null; spans: readonly KnownSpan[] }): RollUpMember {
  return { from, to, spans: wholeSpans(spans) }
}

/** The first span stands for what was before it: since when the status has been so decides whose reason is shown. */
export function wholeSpans(spans: readonly KnownSpan[]): Span[] {
  const first = spans[0]
  const earlier: Span[] = first !== undefined && first.since < first.from ? [{ ...first, from: first.since, to: first.from }] : []
  return [...earlier, ...spans]
}
