import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Context } from '#lib/db/context.ts'

/** Words that a page shows after a form was sent, for its address: what a stranger puts there is not shown. */
export function sealWords(ctx: Pick<Context, 'secret'>, words: string): string {
  const text = Buffer.from(words).toString('base64url')
  return `${text}.${sealOf(ctx, text)}`
}

/** The words of a sealed text, as an address brings it along; null when this page did not seal them. */
export function readSealedWords(ctx: Pick<Context, 'secret'>, sealed: string | string[] | undefined): string | null {
  const [, text, seal] = /^([\w-]{1,2000})\.([\w-]{22})$/.exec(typeof sealed === 'string' ? sealed : '') ?? []
  if (text === undefined || seal === undefined || !timingSafeEqual(Buffer.from(seal), Buffer.from(sealOf(ctx, text)))) return null
  return Buffer.from(text, 'base64url').toString()
}

function sealOf({ secret }: Pick<Context, 'secret'>, text: string): string {
  return createHmac('sha256', secret).update(`tidemark said ${text}`).digest('base64url').slice(0, 22)
}
