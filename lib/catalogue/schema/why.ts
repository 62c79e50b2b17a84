import { z } from 'zod'

const WHY_LENGTH_MAX = 400

/** The reason why something exists, which its page shows first: one or two sentences, however they are broken into lines. */
export const whySchema = z
  .string()
  .trim()
  .min(1, 'must not be empty; say in one or two sentences why it exists, or leave it out')
  .max(WHY_LENGTH_MAX, `is longer than ${WHY_LENGTH_MAX} characters; say it in one or two sentences`)
  .overwrite((text) => text.replaceAll(/\s+/g, ' '))
  .optional()
  .describe('The reason why it exists, in one or two sentences of plain text; shown first on its page.')
