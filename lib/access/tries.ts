import { createHash } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import type { Context } from '#lib/db/context.ts'
import { countTry, forgetTries, takeTryBack } from '#lib/db/people/tries.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { standingForMore, withoutEntry } from './act.ts'
import { KnownUntil } from './known-until.ts'

const WINDOW_MS = 15 * MINUTE_MS
/** Tries in one window: for one account, whoever asks (a browser known as its owner's apart), and from one address, whatever the account. */
const MAX = { account: 10, address: 30 } as const

const refused = new KnownUntil()

/** What tries are counted by. */
interface Keys {
  /** Null: the try is of no account. */
  account: string | null
  address: string | null
}

/**
 * The keys of a try: the account as a hash, since anything may be typed there, or in its place the browser that is known as its owner's; of an IPv6 address the
 * network that one customer has.
 */
export function triesOf(account: string | null, address: string | null, knownBrowser: string | null = null): Keys {
  const hash = createHash('sha256')
    .update(account?.trim().toLowerCase() ?? '')
    .digest('base64url')
  const own = knownBrowser === null ? `account:${hash}` : `browser:${knownBrowser}`
  return { account: account === null ? null : own, address: address === null ? null : `address:${networkOf(address)}` }
}

function networkOf(address: string): string {
  const parsed = ipaddr.isValid(address) ? ipaddr.process(address) : null
  if (parsed === null) return address
  return 'parts' in parsed
    ? parsed.parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')
    : parsed.toString()
}

/**
 * Counts a try before anything is compared; refused, with the time from which it may be tried again, when there were too many, whoever the account belongs to. The
 * first refusal of a window leaves an entry in the audit that stands for all of them.
 */
export async function requireTry(ctx: Context, keys: Keys): Promise<void> {
  refuseKnown(ctx, keys)
  for (const [kind, key] of [['address', keys.address] as const, ['account', keys.account] as const])
    if (key !== null)
      await requireFew(ctx, key, { what: 'tries', max: MAX[kind], windowMs: WINDOW_MS }, (until) => refused.note(ctx, key, until))
}

/** Counts something by a key; refused where there was too much of it within a window. The first refusal leaves an entry in the audit that stands for all of them. */
export async function requireFew(
  ctx: Context,
  key: string,
  { what, max, windowMs }: { what: string; max: number; windowMs: number },
  onRefused: (until: Instant) => void = () => {},
): Promise<void> {
  const now = ctx.clock.now()
  const { since, tries } = await countTry(ctx.whole, key, now, windowMs)
  if (tries <= max) return
  const until = since + windowMs
  onRefused(until)
  const error = tooMany(what, until, now)
  throw tries === max + 1 ? standingForMore(error, until - now) : withoutEntry(error)
}

/** Refuses at once what this very process has refused lately, without asking the database. */
export function refuseKnown(ctx: Context, { address, account }: Keys): void {
  const now = ctx.clock.now()
  const until = Math.max(refused.of(ctx, address), refused.of(ctx, account))
  if (until > now) throw withoutEntry(tooMany('tries', until, now))
}

/** Somebody got in: what they tried before counts no more, and their address is none the worse for it. */
export async function forgiveTries(ctx: Context, { account, address }: Keys): Promise<void> {
  if (account !== null) await forgetTries(ctx.whole, account)
  if (address !== null) await takeTryBack(ctx.whole, address)
}

/** Refuses what there was too much of, with the time from which it may be tried again. */
export function tooMany(what: string, until: Instant, now: Instant): TidemarkError {
  const minutes = Math.max(1, Math.ceil((until - now) / MINUTE_MS))
  const publicMessage = `Too many ${what}. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`
  return new TidemarkError('too-many', { publicMessage, retryAfterMs: until - now })
}
