import type { IncomingMessage } from 'node:http'
import { subjectPath } from '#app/_ui/paths.ts'
import type { EmbedKind } from '#lib/queries/embeds/embed-subject.ts'
import { BADGE_WIDTH, type BadgeForm } from './badge-svg.ts'
import { THEMES } from './status-shapes.ts'

/** What an address of an embed ends in. */
export const EMBED_FORMS = ['badge.svg', 'frame'] as const
export type EmbedForm = (typeof EMBED_FORMS)[number]

/** The header in which the door hands a key over, so that it stands in no address behind the door; nobody else can set it. */
export const EMBED_KEY_HEADER = 'x-tidemark-embed-key'

/** Whether a request is for a badge or a frame, where no session counts and no token but its key. */
export function isEmbed(url: string): boolean {
  return /^\/embed\//.test(url)
}

/** Takes the key out of the address of an embed. */
export function takeEmbedKey(request: Pick<IncomingMessage, 'url' | 'headers'>): void {
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s)
  const asked = new URLSearchParams(query)
  const key = asked.get('key')
  asked.delete('key')
  delete request.headers[EMBED_KEY_HEADER]
  if (key === null) return
  request.headers[EMBED_KEY_HEADER] = encodeURIComponent(key)
  request.url = asked.size === 0 ? path : `${path}?${asked}`
}

/** How an embed is to look; what is not understood is left to it, since wikis add questions of their own. */
export function readForm(asked: URLSearchParams): BadgeForm {
  const width = Math.round(Number(asked.get('width') ?? Number.NaN))
  return {
    theme: THEMES.find((theme) => theme === asked.get('theme')) ?? 'auto',
    width: Number.isFinite(width) ? Math.min(BADGE_WIDTH.max, Math.max(BADGE_WIDTH.min, width)) : null,
    isLine: asked.get('lines') === '1',
  }
}

/** The address of an embed, without its key. */
export function embedPath(subject: { kind: EmbedKind; key: string }, form: EmbedForm): string {
  return `/embed${subjectPath(subject)}/${form}`
}
