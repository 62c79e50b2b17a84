import { z } from 'zod'
import { isShownText } from '#lib/domain/values/shown-text.ts'

/** `<connection>/<path>`: how assets are named everywhere. */
export const assetKeySchema = z
  .string()
  .max(500, 'is longer than 500 characters')
  .regex(/^[A-Za-z][A-Za-z0-9_-]*\/\S(.*\S)?$/, 'is not an asset: write <connection>/<path>, such as lake/term_raw.term_data')
  .refine((key) => !/\p{Cc}/u.test(key) && isShownText(key), 'is not an asset: it holds a character that nobody sees')

/** True for `<connection>/<path>` as it may be written under `assets`. */
export function isAssetKey(text: string): boolean {
  return assetKeySchema.safeParse(text).success
}

/** The part before the first slash; nothing when there is none. */
export function connectionOf(assetKey: string): string {
  return assetKey.slice(0, Math.max(0, assetKey.indexOf('/')))
}

/** The part after the first slash. */
export function pathOf(assetKey: string): string {
  return assetKey.slice(assetKey.indexOf('/') + 1)
}
