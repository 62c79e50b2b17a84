import type { Context } from '#lib/db/context.ts'
import { seal, unseal } from '#lib/platform/secrets/seal.ts'

const ABOUT = 'words after a form'
/** Longer ones are not looked at. */
const SEALED_LENGTH_MAX = 2048

/** Words that a page shows after a form was sent, for its address: what a stranger puts there is not shown. */
export function sealWords({ secret }: Pick<Context, 'secret'>, words: string): string {
  return seal(words, secret, ABOUT)
}

/** The words of a sealed text, as an address brings it along; null when this page did not seal them. */
export function readSealedWords({ secret }: Pick<Context, 'secret'>, sealed: string | string[] | undefined): string | null {
  return typeof sealed === 'string' && sealed.length <= SEALED_LENGTH_MAX ? unseal(sealed, secret, ABOUT) : null
}
