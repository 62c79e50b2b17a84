import { z } from 'zod'
import type { Context } from '#lib/db/context.ts'
import { isUnhealthy, type Status } from '#lib/domain/freshness/status.ts'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { againInWords } from '#lib/domain/wording/again-words.ts'
import { longTime, zoneAbbreviation } from '#lib/domain/wording/dates.ts'
import { getGoodAgain, getGoodAgainOfFeeds } from '#lib/queries/shared/good-again.ts'
import { getPageZone } from '#lib/queries/shared/page-settings.ts'

const words = z.string().meta({ description: 'The same in words for people, times by the clocks of the page.' })

const goodBySchema = z.object({
  kind: z.literal('by'),
  at: z.iso.datetime().meta({ description: 'About when; of a look not before then.' }),
  tryAt: z.iso.datetime().meta({ description: 'When the first run or look begins that this rests on; past: it goes on.' }),
  isLook: z.boolean().meta({ description: 'Nothing has to run: it is good as soon as these answer, and seen to be at the next look.' }),
  ifAnswering: z.array(z.string()).meta({ description: 'Systems that have to answer before.' }),
  ifSucceeding: z.array(z.string()).meta({ description: 'Flows and jobs whose next runs have to succeed before.' }),
  words,
})

const noDateSchema = z.object({
  kind: z.literal('no-date'),
  because: z.string(),
  ask: z.string().nullable().meta({ description: 'Whom to ask, where the catalogue names somebody.' }),
  words,
})

export const goodAgainSchema = z.union([goodBySchema, noDateSchema]).nullable().meta({
  id: 'GoodAgain',
  description:
    'When something that is late, stale or unknown is good again; null: it is none of these. It moves with runs and schedules: `changedSince` does not go by it.',
})
export type ApiGoodAgain = z.infer<typeof goodAgainSchema>

/** When each of these is good again as the API tells it, by its id. */
export async function tellGoodAgain(ctx: Context, again: ReadonlyMap<number, GoodAgain>): Promise<ReadonlyMap<number, ApiGoodAgain>> {
  if (again.size === 0) return new Map()
  const zone = await getPageZone(ctx)
  const time = (at: Instant) => `${longTime(at, zone, ctx.clock.now())} ${zoneAbbreviation(at, zone)}`
  return new Map([...again].map(([id, one]) => [id, toAnswer(one, againInWords(one, time))]))
}

/** What one answer tells of when things are good again: looked up once, however many batches it has, and only where something of them is not well. */
export interface AgainOfAnswer {
  assets(rows: readonly Standing[]): Promise<ReadonlyMap<number, ApiGoodAgain>>
  feeds(rows: readonly Standing[]): Promise<ReadonlyMap<number, ApiGoodAgain>>
  /** Another text when it is told otherwise: that moves with runs, schedules, looks and the minutes. */
  mark(): Promise<string>
}

type Standing = { status: Status | null }
type Told = Promise<ReadonlyMap<number, ApiGoodAgain>>

export function againFor(ctx: Context): AgainOfAnswer {
  const looked = once(() => getGoodAgain(ctx))
  const assets = once(async () => tellGoodAgain(ctx, await looked()))
  const feeds = once(async () => tellGoodAgain(ctx, await getGoodAgainOfFeeds(ctx, await looked())))
  const where = (told: () => Told) => async (rows: readonly Standing[]) => {
    return rows.some(({ status }) => isUnhealthy(status)) ? told() : NOTHING
  }
  return { assets: where(assets), feeds: where(feeds), mark: async () => JSON.stringify([...(await assets())]) }
}

const NOTHING: ReadonlyMap<number, ApiGoodAgain> = new Map()

function once<T>(look: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | null = null
  return () => {
    known ??= look()
    return known
  }
}

function toAnswer(again: GoodAgain, inWords: string): ApiGoodAgain {
  if (again.kind === 'no-date') return { kind: again.kind, because: again.because, ask: again.ask, words: inWords }
  const { kind, at, tryAt, isLook, ifAnswering, ifSucceeding } = again
  return { kind, at: toTime(at), tryAt: toTime(tryAt), isLook, ifAnswering, ifSucceeding, words: inWords }
}

/** What the API told, as it is known here. */
export function readGoodAgain(told: ApiGoodAgain): GoodAgain | null {
  if (told === null || told.kind === 'no-date') return told
  const { words: _, ...again } = told
  return { ...again, at: Date.parse(told.at), tryAt: Date.parse(told.tryAt) }
}

/** To the minute: `about` is no more exact, and meanwhile the answer stays the same. */
function toTime(at: Instant): string {
  return new Date(Math.floor(at / MINUTE_MS) * MINUTE_MS).toISOString()
}
