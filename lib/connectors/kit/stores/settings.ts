import { z } from 'zod'

/** What may stand under an asset that is files of a store. */
export const storeAssetSettings = z.strictObject({
  /** Which files below the path count, by a pattern: `*.csv`, `**`. Absent: all of them. */
  match: z.string().min(1).optional(),
  /** Receivers take the files away: none being there says nothing. */
  pickedUp: z.literal(true).optional(),
})

export const STORE_ASSET_TOLD =
  '`match`, a pattern such as `**/*.csv` for what lies below the path; `pickedUp`: true where receivers take files away'

export const STORE_ASKED =
  '`match`, `folder` newest, `complete` a mark such as `_SUCCESS`; `as` json-lines, json or csv, `encoding`, `delimiter`, `limits`'
