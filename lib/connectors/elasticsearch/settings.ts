import { z } from 'zod'
import { addressSchema } from '#lib/connectors/kit/address.ts'
import { basicAuth } from '#lib/connectors/kit/ask.ts'
import { checkTogether } from '#lib/connectors/kit/http-auth.ts'
import type { Limits } from '#lib/connectors/kit/turns.ts'
import { JUDGED_CLOCKS } from '#lib/domain/freshness/facts.ts'
import { durationSchema } from '#lib/domain/time/duration.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { zoneSchema } from '#lib/domain/time/local-day.ts'

export const elasticsearchSettings = z
  .strictObject({
    /** A node, or what stands before them all: `https://search.example.edu:9200`. */
    url: addressSchema('must be an address such as https://search.example.edu:9200', 'user and password'),
    /** `id:key`, or both together as they were encoded when it was made. */
    apiKey: z.string().min(1).optional(),
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    /** What follows `Bearer`. */
    token: z.string().min(1).optional(),
    timeout: durationSchema.default(MINUTE_MS),
  })
  .superRefine((settings, issues) => {
    const say = (key: string, message: string) => issues.addIssue({ code: 'custom', path: [key], message })
    checkTogether(settings, ['user', 'password'], say)
    const [first, second] = (['apiKey', 'user', 'token'] as const).filter((way) => settings[way] !== undefined)
    if (first !== undefined && second !== undefined) say(second, `stands beside ${first}; keep one way to sign in`)
  })
export type ElasticsearchSettings = z.infer<typeof elasticsearchSettings>

/** The header by which each request says who asks; none where nobody has to. */
export function authorization({ apiKey, user, password, token }: ElasticsearchSettings): Record<string, string> {
  if (apiKey !== undefined) return { authorization: `ApiKey ${apiKey.includes(':') ? Buffer.from(apiKey).toString('base64') : apiKey}` }
  if (user !== undefined) return basicAuth(user, password)
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

export const elasticsearchAssetSettings = z
  .strictObject({
    /** The field whose newest value says how fresh it is; absent: `@timestamp` where it has one. */
    field: z.string().min(1).optional(),
    /** The clock that `field` feeds; `loadedAt` for a field that says when a document came in. */
    clock: z.enum(JUDGED_CLOCKS).default('dataThroughAt'),
    /** A second field, of events: it feeds `dataThroughAt`, so that a load of old data is noticed. */
    dataThrough: z.string().min(1).optional(),
    /** Only documents that this finds count for the newest values: `shop:steam AND price:>0`. */
    where: z.string().min(1).max(2000).optional(),
    /** Of days and wall times; absent: UTC. */
    zone: zoneSchema.optional(),
  })
  .superRefine(({ field, clock, dataThrough, where }, issues) => {
    const say = (key: string, message: string) => issues.addIssue({ code: 'custom', path: [key], message })
    if (where !== undefined && field === undefined) say('where', 'says which documents count for a field; name the field, too')
    if (dataThrough !== undefined && field === undefined) say('dataThrough', 'is a second field; name the first, too')
    if (dataThrough !== undefined && clock === 'dataThroughAt')
      say('dataThrough', 'field already feeds dataThroughAt; keep one of the two, or give field another clock')
  })
export type ElasticsearchAsset = z.infer<typeof elasticsearchAssetSettings>

const FORBIDDEN = /[\s"*\\<>|,?/#:]|^[-_+]|^\.{1,2}$|\p{Lu}/u

/** What a path of such a connection cannot be, in words; null: it may be the name of an index, an alias or a data stream. */
export function whyNoName(path: string): string | null {
  if (/[*,?]/.test(path)) return 'names several at once; name one index, alias or data stream'
  if (path === '' || path.length > 255 || FORBIDDEN.test(path)) return 'cannot be the name of an index, an alias or a data stream'
  return null
}

/** A node searches with a handful of threads for everybody. */
export const ELASTICSEARCH_LIMITS: Limits = { atOnce: 4, perMinute: null }
