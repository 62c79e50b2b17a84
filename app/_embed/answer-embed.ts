import { createHash } from 'node:crypto'
import { knownTrouble, whenSilent } from '#app/_lib/database-pulse.ts'
import { type WebProcess, webProcess } from '#app/_lib/web-process.ts'
import { subjectPath } from '#app/_ui/paths.ts'
import { longTime, zoneAbbreviation } from '#lib/domain/wording/dates.ts'
import { embedInWords } from '#lib/domain/wording/embed-words.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { isKnown } from '#lib/platform/http/request-headers.ts'
import { isDatabaseGone } from '#lib/platform/postgres/database-gone.ts'
import type { Embed } from '#lib/queries/embeds/embed.ts'
import type { EmbedKind } from '#lib/queries/embeds/embed-subject.ts'
import { type Badge, badgePolicy, renderBadge } from './badge-svg.ts'
import { EMBED_FORMS, EMBED_KEY_HEADER, readForm } from './embed-address.ts'
import { embedsOf, findEmbed, originsOf } from './find-embed.ts'
import { type Frame, framePolicy, renderFrame } from './frame-html.ts'
import { unavailableBadge, type WhyNot } from './unavailable-badge.ts'

interface Found {
  status: number
  frame: Frame
}

const KEPT_SECONDS = 30
const RETRY_AFTER_SECONDS = 10
const STATUS_OF: Record<WhyNot, number> = { missing: 404, trouble: 503, broken: 500, unframed: 403 }

/**
 * A badge or a frame of one subject (`form` is the last part of the address), the same for whoever brings the same key: no session counts, and nothing can be
 * ordered. What cannot be shown is a grey badge that says so, and alike whether it is hidden or not there.
 */
export async function answerEmbed(request: Request, asked: { kind: EmbedKind; key: string }, form: string): Promise<Response> {
  const web = webProcess()
  const key = readKey(request.headers)
  const isFrame = form === EMBED_FORMS[1]
  const isAddress = isFrame || form === EMBED_FORMS[0]
  const found = await findInTime(() => (isAddress ? find(web, asked, key, request.headers) : Promise.resolve(withoutStatus('missing'))))
  const look = readForm(new URL(request.url).searchParams)
  const { origins } = embedsOf(web)
  const { status, frame } = isFrame && origins.length === 0 && found.status === 200 ? withoutStatus('unframed') : found
  const body = isFrame ? renderFrame(frame, look.theme) : renderBadge(frame, look)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 32)}"`
  const headers: Record<string, string> = {
    'content-type': isFrame ? 'text/html; charset=utf-8' : 'image/svg+xml; charset=utf-8',
    'content-security-policy': isFrame ? framePolicy(look.theme, origins) : badgePolicy(look.theme),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // An image may stand in any page; who may frame is said by the policy, which older browsers read here.
    'cross-origin-resource-policy': 'cross-origin',
    ...(isFrame && origins.length === 0 && { 'x-frame-options': 'DENY' }),
    ...(status === 200 ? { etag, 'cache-control': keptFor(key) } : { 'cache-control': 'no-store' }),
    ...(status === 503 && { 'retry-after': String(RETRY_AFTER_SECONDS) }),
  }
  if (status === 200 && isKnown(request.headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers })
  return new Response(body, { status, headers })
}

/** For a moment only, and never beyond it, not even by who cannot ask again: nobody is to see what was fresh an hour ago. */
function keptFor(key: string | null): string {
  return `${key === null ? 'public' : 'private'}, max-age=${KEPT_SECONDS}, must-revalidate`
}

function readKey(headers: Headers): string | null {
  const told = headers.get(EMBED_KEY_HEADER)
  return told === null ? null : decodeURIComponent(told)
}

/** Nobody waits for a database that has fallen silent. */
async function findInTime(look: () => Promise<Found>): Promise<Found> {
  if (knownTrouble() !== undefined) return withoutStatus('trouble')
  const { promise: silent, resolve } = Promise.withResolvers<Found>()
  const stop = whenSilent(() => resolve(withoutStatus('trouble')))
  return Promise.race([look(), silent]).finally(stop)
}

async function find(web: WebProcess, asked: { kind: EmbedKind; key: string }, key: string | null, headers: Headers): Promise<Found> {
  try {
    await originsOf(web)
    const embed = await findEmbed(web, asked, key, headers)
    return embed === null ? withoutStatus('missing') : { status: 200, frame: frameOf(embed) }
  } catch (error) {
    web.context.log.error('an embed could not be answered', { error: toInternalMessage(error) })
    return withoutStatus(isDatabaseGone(error) ? 'trouble' : 'broken')
  }
}

function withoutStatus(why: WhyNot): Found {
  return { status: STATUS_OF[why], frame: { ...unavailableBadge(why), link: null, checked: null } }
}

/** What an embed says, as a badge with all that a frame shows besides. */
export function frameOf({ name, kind, key, page, now, standing }: Embed): Frame {
  const { status, ...words } = embedInWords(name, standing, { now, zone: page.zone })
  const badge: Badge = { ...words, name, status: status ?? 'none' }
  const link = { href: `${page.url}${subjectPath({ kind, key })}`, words: `See it on ${page.name}` }
  return { ...badge, link, checked: `Checked ${longTime(now, page.zone, now).slice(-5)} ${zoneAbbreviation(now, page.zone)}` }
}
