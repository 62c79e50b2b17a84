import { z } from 'zod'
import { readMoment } from '#lib/records/read/read-moment.ts'

/** A time in an answer, UTC where it tells no zone; null where none is told. What is there and is no time fits no shape. */
export const moment = z
  .string()
  .nullish()
  .transform((text, issues) => {
    const at = readMoment(text)
    if (at === null && text?.trim()) issues.addIssue({ code: 'custom', message: 'is not a time' })
    return at
  })
