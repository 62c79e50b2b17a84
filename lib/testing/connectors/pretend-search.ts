import { type PretendSearch, startSearch } from '#demo/startup/search.ts'
import { openElasticsearch } from '#lib/connectors/elasticsearch/open.ts'
import type { ElasticsearchSettings } from '#lib/connectors/elasticsearch/settings.ts'
import elasticsearch from '#lib/connectors/elasticsearch.ts'
import type { Connection, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { IndexBuild, WantedBuild } from '#lib/connectors/kit/index-build.ts'
import { Turns, UNLIMITED } from '#lib/connectors/kit/turns.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'
import { askOnce } from './ask-once.ts'

export interface PretendSearchWorld {
  clock: HurriedClock
  server: PretendSearch
  connection(settings?: Record<string, unknown>, signal?: AbortSignal): Connection<ElasticsearchSettings>
  /** A build of the index `prices`. */
  build(runId: string, attempt?: number, fields?: WantedBuild['fields']): IndexBuild
  /** One look at one thing; it is handed what the one before of the same path kept. */
  look(path: string, settings?: Record<string, unknown>): Promise<Observation>
}

/** A column of each type. */
const FIELDS: WantedBuild['fields'] = [
  { name: 'shop', type: 'text', isKey: true },
  { name: 'title', type: 'text', isKey: false },
  { name: 'price', type: 'number', isKey: false },
  { name: 'seen_at', type: 'timestamp', isKey: false },
  { name: 'day', type: 'date', isKey: false },
  { name: 'more', type: 'json', isKey: false },
  { name: 'loose', type: null, isKey: false },
]

/** A document to be put. */
export const document = (id: string, more: object = {}) => ({ id, json: JSON.stringify({ shop: id, ...more }) })

/** A stand-in for a search cluster and connections to it, limited as a worker limits them. */
export async function startSearchWorld(): Promise<PretendSearchWorld> {
  const clock = new HurriedClock('2026-11-20T07:00:00Z')
  const server = await startSearch({ clock })
  const states = new Map<string, ObservedAsset['previous']>()
  const connection: PretendSearchWorld['connection'] = (settings = {}, signal = new AbortController().signal) => ({
    key: 'search',
    settings: elasticsearch.settings.parse({ url: server.url, apiKey: server.apiKey, ...settings }),
    clock,
    log: silentLog,
    signal,
    turns: new Turns(clock, elasticsearch.limits ?? UNLIMITED),
  })
  return {
    clock,
    server,
    connection,
    build(runId, attempt = 1, fields = FIELDS) {
      const build = openElasticsearch(connection()).buildIndex?.({ alias: 'prices', runId, attempt, fields })
      if (build === undefined) throw new Error('builds nothing')
      return build
    },
    async look(path, settings = {}) {
      const asset = { key: `search/${path}`, path, settings, previous: states.get(path) ?? null }
      const [seen] = await Array.fromAsync(askOnce(elasticsearch).observe(connection(), [asset]))
      if (seen === undefined) throw new Error('nothing was seen')
      // As it comes back from where it is kept.
      if (seen.ok) states.set(path, JSON.parse(JSON.stringify(seen.state)))
      return seen
    },
  }
}
