import { randomUUID } from 'node:crypto'
import { onPort, portOf } from '#demo/ports.ts'
import { startDataFactory } from '#demo/startup/adf.ts'
import { startPrefect } from '#demo/startup/prefect.ts'
import { startSearch } from '#demo/startup/search.ts'
import { startS3 } from '#demo/stores/s3.ts'
import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { type LineRun, UNTOLD_MS } from './exports.ts'
import { makeRevenue } from './lake-tables.ts'
import { Work } from './work.ts'

export interface EnterprisePorts {
  store: number
  search: number
  factory: number
  prefect: number
}

/** Everything Tidemark speaks to at Fernhill, but for the lake. */
export interface Enterprise {
  ports: EnterprisePorts
  variables: Record<string, string>
  work: Work
  search: Awaited<ReturnType<typeof startSearch>>
  close(): Promise<void>
}

const TOLD_AGAIN_MS = 10 * MINUTE_MS
const FACTORY_SECRET = 'pretend-factory-secret'
const PREFECT_PASSWORD = 'pretend-prefect-password'
const STEP_MS = 2 * SECOND_MS

export interface StartedEnterprise {
  clock: Clock
  ports: EnterprisePorts
  firstStart: Instant
  lakeUrl: string
  /** Until when an earlier start has told; undefined: there was none. */
  until: Instant | undefined
  /** Runs that people asked for and that went well. */
  asked: readonly LineRun[]
}

/** Starts the storage with its queue, the data factory, Prefect and the search engine, as far as the work there has come by now. */
export async function startEnterprise({ clock, ports, firstStart, lakeUrl, until, asked }: StartedEnterprise): Promise<Enterprise> {
  const store = await onPort(ports.store, (port) => startS3({ clock, port }))
  const search = await onPort(ports.search, (port) => startSearch({ clock, port }))
  const adf = await onPort(ports.factory, (port) => startDataFactory(FACTORY_SECRET, port))
  const { prefect, ...ofPrefect } = await onPort(ports.prefect, (port) => startPrefect(PREFECT_PASSWORD, port))
  adf.factory.now = () => clock.now()
  // Of an earlier start runs are known by theirs.
  adf.factory.newId = randomUUID
  prefect.now = () => clock.now()
  const work = new Work({ store, factory: adf.factory, prefect, transform: (at) => makeRevenue(lakeUrl, at) }, firstStart)
  const now = clock.now()
  work.fill(now, Math.max(now - UNTOLD_MS, (until ?? 0) - TOLD_AGAIN_MS), asked)
  return {
    ports: { store: portOf(store.url), search: portOf(search.url), factory: portOf(adf.url), prefect: portOf(ofPrefect.url) },
    variables: {
      DEMO_STORE_URL: store.url,
      DEMO_STORE_QUEUE: store.queueUrl,
      DEMO_STORE_KEY: store.key.accessKeyId,
      DEMO_STORE_SECRET: store.key.secretAccessKey,
      DEMO_FACTORY_URL: adf.url,
      DEMO_FACTORY_SECRET: FACTORY_SECRET,
      DEMO_PREFECT_URL: ofPrefect.url,
      DEMO_PREFECT_USER: prefect.user,
      DEMO_PREFECT_PASSWORD: PREFECT_PASSWORD,
      DEMO_SEARCH_URL: search.url,
      DEMO_SEARCH_KEY: search.apiKey,
    },
    work,
    search,
    async close() {
      await Promise.all([store.close(), search.close(), adf.close(), ofPrefect.close()])
    },
  }
}

/** Lets the company work until the signal says so. */
export async function keepWorking({ work }: Pick<Enterprise, 'work'>, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await work.advance(clock.now())
    await clock.sleep(STEP_MS, signal)
  }
}
