import { z } from 'zod'
import { assetKeySchema } from '#lib/domain/lineage/asset-key.ts'
import { byteSizeSchema } from '#lib/domain/values/byte-size.ts'
import { LANDED_ENCODINGS, LANDED_FORMS } from '#lib/domain/values/landed-text.ts'

/** One record may hold so much where nobody wrote it. */
export const RECORD_BYTES_MAX = 16_000_000
/** More than this PostgreSQL keeps in no value. */
const RECORD_BYTES_LIMIT = 200_000_000

const PLACE = /^[A-Za-z][A-Za-z0-9_-]{0,99}\/\S(.*\S)?$/

/** How files are read that nobody has read before. */
export const FILE_FORM_SHAPE = {
  as: z
    .enum(LANDED_FORMS)
    .optional()
    .describe(
      'json-lines: a record on each line. json: a list of records. csv: lines under a header. By default by name, else by how it begins.',
    ),
  encoding: z
    .enum(LANDED_ENCODINGS)
    .optional()
    .describe(
      'By default the mark of byte order, else UTF-8; a line that is neither is read as Windows-1252, and its changed bytes are counted.',
    ),
  delimiter: z
    .string()
    .regex(/^[^"\r\n]{1,3}$/, 'is not a delimiter; write one such as ";" or "\\t"')
    .optional()
    .describe('Of CSV: what stands between values; by default a comma, and a header without one that holds ";", "|" or a tab is refused.'),
  limits: z
    .strictObject({
      unpacked: byteSizeSchema.optional().describe('A packed file that holds more is refused; by default 10GB, or 500 times its size.'),
      record: byteSizeSchema
        .refine((bytes) => bytes <= RECORD_BYTES_LIMIT, 'must be at most 200MB')
        .optional()
        .describe('A file with a record of more is refused; by default 16MB.'),
    })
    .optional(),
}

/** What stands under `land` of a flow. */
export const landingSchema = z.strictObject({
  into: assetKeySchema.describe(
    'The table: lake/<schema>.<table>, made when it is not there; or one that is there, of a connection that takes rows. A row for each record.',
  ),
  copy: z
    .string()
    .max(500, 'is longer than 500 characters')
    .regex(PLACE, 'is not a place for files; write <connection>/<bucket>/<folder>')
    .optional()
    .describe('Where each file is copied before it is read: a place of the connection that it lies in.'),
  ...FILE_FORM_SHAPE,
})
export type WrittenLanding = z.infer<typeof landingSchema>
