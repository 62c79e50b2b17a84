import { z } from 'zod'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'

/** More keys than this are no coverage: nobody could tell them apart on a page. */
export const KEYS_MAX = 200
const LOOK_BACK_MIN_MS = 30 * DAY_MS

const positive = durationSchema.refine((ms) => ms > 0, 'must be longer than nothing')
const value = z
  .union([z.string().trim().min(1, 'must not be empty').max(200, 'must have at most 200 characters'), z.int()])
  .transform(String)

/** `expect` of a table as people write it: which keys it should hold, and how new the newest row of each. */
export const keyPromiseSchema = z
  .strictObject({
    key: z.string().min(1, 'must not be empty').describe('The column whose values are told apart.'),
    of: z
      .union([z.literal('seen'), z.array(value).min(1, 'must name at least one').max(KEYS_MAX, `must not name more than ${KEYS_MAX}`)])
      .describe('The values that are expected, or seen: those that had rows within "within".'),
    each: positive.describe('How old the newest row of each may be before it is late.'),
    stale: positive.optional().describe('The age at which it is stale; by default three times "each".'),
    within: positive.optional().describe('How far back rows are looked for; by default 30 days, or ten times "each" where that is longer.'),
  })
  .superRefine(({ of, each, stale = 3 * each, within = lookBack(each, stale) }, issues) => {
    const say = (path: string, message: string) => issues.addIssue({ code: 'custom', message, path: [path] })
    if (stale <= each) say('stale', 'must be longer than each: warn before you fail')
    if (within <= stale) say('within', 'must be longer than stale: a key that is looked for no more cannot be told to be stale')
    if (of !== 'seen' && new Set(of).size < of.length) say('of', 'names a key twice')
  })

function lookBack(eachMs: number, staleMs: number): number {
  return Math.max(LOOK_BACK_MIN_MS, 10 * eachMs, 2 * staleMs)
}

/** What is promised of each key of a table, resolved. */
export interface KeyPromise {
  column: string
  of: 'seen' | string[]
  eachMs: number
  staleMs: number
  withinMs: number
  zone: string
}

/** The promise as it is judged; its times are said in the zone. */
export function resolveKeyPromise(
  { key, of, each, stale = 3 * each, within }: z.output<typeof keyPromiseSchema>,
  zone: string,
): KeyPromise {
  return { column: key, of, eachMs: each, staleMs: stale, withinMs: within ?? lookBack(each, stale), zone }
}
