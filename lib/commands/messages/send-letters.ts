import { createHash } from 'node:crypto'
import { invitationLink } from '#lib/access/invitations.ts'
import type { Context } from '#lib/db/context.ts'
import { type ClaimedLetter, claimLetters, recordLetterOutcome } from '#lib/db/messages/letters.ts'
import type { MessageOutcome } from '#lib/db/messages/messages.ts'
import { getAddressedPage } from '#lib/db/settings.ts'
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { handOver } from '#lib/notifiers/email/hand-over.ts'
import { renderLetter } from '#lib/notifiers/email/letter.ts'
import type { SendOutcome } from '#lib/notifiers/notifier.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { unseal } from '#lib/platform/secrets/seal.ts'
import type { Lookup } from '#lib/platform/secrets/secrets.ts'
import { composeLetter } from './compose-letter.ts'
import { openMail } from './open-mail.ts'
import { countOutcomes, NO_OUTCOME, type OutcomeCounts } from './outcomes.ts'

/** Somebody waits for a letter: the first tries follow each other soon, the last comes half a day later. */
const WAITS_MS = [5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS, 8 * HOUR_MS]
/** Longer than the longest send: only a worker that died loses its claim. */
const LEASE_MS = 3 * MINUTE_MS
const AT_ONCE = 8

export interface LetterOptions {
  /** Resolves the reference to the mail server, anew for every round. */
  lookup: Lookup
  /** Opens what the web process sealed. */
  key: string
  signal: AbortSignal
}

/**
 * Sends the letters that are due. One is sent at most once on purpose: a claim keeps other workers away; a worker that dies between sending and
 * recording leaves a letter that is sent once more, under the same `Message-ID`. One whose link is good no more is not sent.
 */
export async function sendLetters(ctx: Context, options: LetterOptions): Promise<OutcomeCounts> {
  const outcomes: MessageOutcome[] = []
  while (!options.signal.aborted) {
    const claimed = await claimLetters(ctx.pool, ctx.clock.now(), LEASE_MS, AT_ONCE)
    if (claimed.length === 0) break
    outcomes.push(...(await Promise.all(claimed.map((letter) => sendOne(ctx, letter, options)))))
  }
  return countOutcomes(outcomes)
}

async function sendOne(ctx: Context, letter: ClaimedLetter, options: LetterOptions): Promise<MessageOutcome> {
  const outcome = outcomeOf(ctx.clock.now(), letter, await trySend(ctx, letter, options))
  await recordLetterOutcome(ctx.pool, letter, outcome)
  if (outcome.problem !== null)
    ctx.log.warn('a letter was not delivered', { kind: letter.letter.kind, attempts: letter.attempts, problem: outcome.problem })
  return outcome
}

function outcomeOf(now: Instant, { attempts, linkEndsAt }: ClaimedLetter, sent: SendOutcome): MessageOutcome {
  if (sent.ok) return { ...NO_OUTCOME, deliveredAt: now }
  const wait = WAITS_MS[attempts - 1]
  const next = wait === undefined ? null : now + Math.max(wait, sent.retryAfterMs ?? 0)
  const inTime = next !== null && (linkEndsAt === null || next < linkEndsAt)
  if (sent.kind === 'retry' && inTime) return { ...NO_OUTCOME, nextAttemptAt: next, problem: sent.problem }
  return { ...NO_OUTCOME, givenUpAt: now, problem: sent.problem }
}

async function trySend(ctx: Context, claimed: ClaimedLetter, { lookup, key, signal }: LetterOptions): Promise<SendOutcome> {
  try {
    const mail = await openMail(ctx.pool, lookup)
    if (!mail.open) return (mail.lasting ? rejected : retry)(mail.problem)
    const page = await getAddressedPage(ctx)
    const link = linkOf(claimed, key, page.url)
    if (typeof link === 'object' && link !== null) return link
    const text = renderLetter(composeLetter(claimed, link, page))
    const mailed = { ...text, from: mail.from, to: claimed.letter.to, id: idOf(claimed) }
    return await handOver(mail.smtp, mailed, { now: ctx.clock.now(), signal })
  } catch (error) {
    return retry(toPublicMessage(error))
  }
}

/** The address in a letter; null where it has none; a refusal where its link is good no more or cannot be read. */
function linkOf(
  { letter, sealed, linkEndsAt, toConfirm, reported }: ClaimedLetter,
  key: string,
  pageUrl: string,
): string | null | SendOutcome {
  if (reported !== null) return `${pageUrl.replace(/\/+$/, '')}/feeds/${encodeURIComponent(reported.feed)}`
  if (letter.subscriber !== undefined) {
    if (toConfirm === null || toConfirm.names.length === 0) return rejected('There is nothing to confirm any more.')
    return `${pageUrl.replace(/\/+$/, '')}/subscriptions/${toConfirm.token}`
  }
  if (letter.invitation === null) return null
  if (linkEndsAt === null) return rejected('Its link was used or taken back, or its time was over, before the letter could be sent.')
  const token = sealed === null ? null : unseal(sealed, key, letter.to)
  if (token === null) return rejected('Its link cannot be read: TIDEMARK_SECRET is not the same for the web process and this worker.')
  return invitationLink(pageUrl, token)
}

function retry(problem: string): SendOutcome {
  return { ok: false, kind: 'retry', problem }
}

function rejected(problem: string): SendOutcome {
  return { ok: false, kind: 'rejected', problem }
}

/** The same for every try. */
function idOf({ id, letter, createdAt }: ClaimedLetter): string {
  return `letter_${createHash('sha256').update([id, letter.to, createdAt].join('\n')).digest('hex').slice(0, 32)}`
}
