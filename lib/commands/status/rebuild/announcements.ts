import { LASTING_REASONS } from '#lib/domain/freshness/facts.ts'
import type { Span } from '#lib/domain/freshness/span.ts'
import { changesBetween, type StatusChange } from '#lib/domain/freshness/status-change.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A change of status to be logged; `rewrite` restates the past and is never announced. */
export interface LoggedChange extends StatusChange {
  rewrite: boolean
}

interface Restated {
  /** Spans as they were stored and as they are to be; both begin with the same neighbour of the restated stretch. */
  before: readonly Span[]
  after: readonly Span[]
  /** Up to here the status had been worked out before; what turns later is news. */
  statedUntil: Instant
  /** The date of the last announced change; nothing at or before it is announced again. */
  lastAnnouncedAt: Instant | null
  now: Instant
  /** The rules have changed, not the facts: only what turned since the old ones spoke last is told, and only as the new ones see it. */
  isRewrite?: boolean
}

function spanAt(spans: readonly Span[], at: Instant): Span | undefined {
  return spans.find((span) => span.from <= at && at < span.to)
}

/**
 * The changes a restatement logs, in order of time. People have been told the status `before` has now; from there a chain of
 * announced changes leads to the status `after` has now, each dated when it happened: first whatever turned after `statedUntil`,
 * then, if that does not end there, one more; and where no status turned, that it has become known to be gone or refused, or is no
 * longer. All else that differs restates the past.
 */
export function announcements(restated: Restated): LoggedChange[] {
  const differences = changesBetween(restated.before, restated.after).filter((change) => change.at <= restated.now)
  const announced = announceChain(restated, differences)
  const told = new Set(announced.map((change) => `${change.at} ${change.to}`))
  const rewrites = differences.filter((change) => !told.has(`${change.at} ${change.to}`)).map((change) => ({ ...change, rewrite: true }))
  return [...announced, ...rewrites].sort((a, b) => a.at - b.at)
}

function announceChain(
  { before, after, statedUntil, lastAnnouncedAt, now, isRewrite = false }: Restated,
  differences: readonly StatusChange[],
): LoggedChange[] {
  const isLater = (at: Instant) => lastAnnouncedAt === null || at > lastAnnouncedAt
  const turns = changesBetween([], after).filter((change) => change.at <= now)
  const turnAt = new Map(turns.map((turn) => [turn.at, turn.to]))
  const chain: LoggedChange[] = []
  const lastWord = isRewrite ? spanAt(after, statedUntil < now ? statedUntil - 1 : now) : spanAt(before, now)
  let told = lastWord?.status ?? null
  for (const change of differences) {
    const isNews = change.at >= statedUntil && isLater(change.at) && turnAt.get(change.at) === change.to
    if (!isNews || change.to === told) continue
    chain.push({ ...change, from: told, rewrite: false })
    told = change.to
  }
  const current = spanAt(after, now)
  const turnedAt = lastTurn(current, { told, turned: turns.at(-1)?.at ?? now, lastWord: chain.length === 0 ? lastWord : undefined })
  if (turnedAt !== null) chain.push(toNow(current, told, isLater(turnedAt) ? turnedAt : now))
  return chain
}

function toNow(current: Span | undefined, from: LoggedChange['from'], at: Instant): LoggedChange {
  return { at, from, to: current?.status ?? null, reason: current?.reason ?? null, rewrite: false }
}

/** When what is so now came about, where people have been told otherwise; null: they know. */
function lastTurn(
  current: Span | undefined,
  { told, turned, lastWord }: { told: LoggedChange['from']; turned: Instant; lastWord: Span | undefined },
): Instant | null {
  return told === (current?.status ?? null) ? newAnswerAt(lastWord, current) : turned
}

/** When the same status got an answer that lasts for its reason, or lost it: news, though no colour turned; null: neither. */
function newAnswerAt(before: Span | undefined, after: Span | undefined): Instant | null {
  if (before === undefined || after === undefined || before.reason === after.reason || before.reason === 'never-observed') return null
  return isAnswer(before.reason) || isAnswer(after.reason) ? after.from : null
}

function isAnswer(reason: Span['reason']): boolean {
  return LASTING_REASONS.some((one) => one === reason)
}
