import { z } from 'zod'
import { FILE_FORM_SHAPE } from '#lib/catalogue/schema/landing.ts'
import { hasMarks } from '#lib/domain/values/name-template.ts'

/** A name without slashes. */
const MARK = /^[^/\s]{1,200}$/
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

/** What may stand under `extract` where files of a store are read. */
export const storeExtractRequest = z
  .strictObject({
    path: z.string().min(1).optional(),
    match: z
      .string()
      .min(1, 'must not be empty')
      .max(500, 'is longer than 500 characters')
      .optional()
      .describe('Which files, by their path below the place: "*" stands for anything between slashes, "**" for anything at all.'),
    folder: z
      .literal('newest')
      .optional()
      .describe('Of the folders directly below the place the last one by name, such as date=2026-11-30; by default all of them.'),
    complete: z
      .string()
      .regex(MARK, 'is not the name of a file')
      .optional()
      .describe('Only folders are read in which a file of this name says that all is there: "_SUCCESS".'),
    ...FILE_FORM_SHAPE,
  })
  .superRefine(({ path, as, delimiter }, context) => {
    if (path !== undefined && hasMarks(path))
      context.addIssue({
        code: 'custom',
        path: [],
        message: `"${path}" names files by a template; name their folder, and the files by "match"`,
      })
    if (delimiter === undefined || as === undefined || as === 'csv') return
    context.addIssue({ code: 'custom', path: ['delimiter'], message: `belongs to CSV, and the files are ${as}; take it out` })
  })
export type StoreExtractRequest = z.output<typeof storeExtractRequest>

/** What a connector says of itself whose sessions `openStore` gives. */
export const STORE_CONNECTOR = {
  assetSettings: storeAssetSettings,
  assetKind: 'source',
  limits: { atOnce: 16, perMinute: null },
  keepsFiles: true,
  copiesFiles: true,
  extractRequest: storeExtractRequest,
  extractsFiles: true,
  hasQueue: ({ queue }: Record<string, unknown>) => queue !== undefined,
} as const
