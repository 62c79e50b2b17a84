import { onPort, portOf } from '#demo/ports.ts'
import { startSearch } from '#demo/startup/search.ts'
import { putObject } from '#demo/stores/s3/buckets.ts'
import { type PretendS3, startS3 } from '#demo/stores/s3.ts'
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { BUCKET, contentOf, dropsBetween, UNTOLD_MS } from './shops.ts'

export interface GamesPorts {
  store: number
  search: number
}

export interface Games {
  ports: GamesPorts
  variables: Record<string, string>
  /** Lets the scrapers work until the signal says so. */
  work(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

const TOLD_AGAIN_MS = 10 * MINUTE_MS
/** So much lies in the bucket; of a shop that is silent, what came before. */
const KEPT_MS = 24 * HOUR_MS
const STEP_MS = 5 * SECOND_MS

export interface StartedGames {
  clock: Clock
  ports: GamesPorts
  firstStart: Instant
  /** Until when an earlier start has told; undefined: there was none. */
  until: Instant | undefined
}

/** Starts the bucket of the price scrapers with its queue, and the search engine, as far as their work has come by now. */
export async function startGames({ clock, ports, firstStart, until }: StartedGames): Promise<Games> {
  const store = await onPort(ports.store, (port) => startS3({ clock, port }))
  const search = await onPort(ports.search, (port) => startSearch({ clock, port }))
  const scrapers = new Scrapers(store, firstStart)
  const now = clock.now()
  scrapers.fill(now, Math.max(now - UNTOLD_MS, (until ?? 0) - TOLD_AGAIN_MS))
  return {
    ports: { store: portOf(store.url), search: portOf(search.url) },
    variables: variablesFor(store, search),
    async work(signal) {
      while (!signal.aborted) {
        scrapers.advance(clock.now())
        await clock.sleep(STEP_MS, signal)
      }
    },
    async close() {
      await Promise.all([store.close(), search.close()])
    },
  }
}

/** By what the catalogue reaches the bucket, its queue and the search engine. */
export function variablesFor(store: PretendS3, search: { url: string; apiKey: string }): Record<string, string> {
  return {
    DEMO_STORE_URL: store.url,
    DEMO_STORE_QUEUE: store.queueUrl,
    DEMO_STORE_KEY: store.key.accessKeyId,
    DEMO_STORE_SECRET: store.key.secretAccessKey,
    DEMO_SEARCH_URL: search.url,
    DEMO_SEARCH_KEY: search.apiKey,
  }
}

/** Leave the files of the shops in the bucket. */
export class Scrapers {
  readonly #store: PretendS3
  readonly #firstStart: Instant
  #until: Instant = 0

  constructor(store: PretendS3, firstStart: Instant) {
    this.#store = store
    this.#firstStart = firstStart
  }

  /** Puts there what came of late; the queue tells of what came since an instant. */
  fill(now: Instant, toldFrom: Instant): void {
    const bucket = this.#store.bucket(BUCKET)
    for (const stretch of [
      [this.#firstStart - KEPT_MS, Math.min(this.#firstStart, now - KEPT_MS)],
      [now - KEPT_MS, toldFrom],
    ] as const)
      for (const drop of dropsBetween(...stretch, this.#firstStart)) putObject(bucket, drop.key, contentOf(drop), drop.at)
    this.#until = toldFrom
    this.advance(now)
  }

  advance(now: Instant): void {
    for (const drop of dropsBetween(this.#until, now, this.#firstStart)) this.#store.put(BUCKET, drop.key, contentOf(drop), drop.at)
    this.#until = now
  }
}
