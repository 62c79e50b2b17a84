import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { forQuestion } from '#lib/connectors/kit/session.ts'
import { SearchApi } from './api.ts'
import { AliasedBuild } from './build-index.ts'
import { check } from './check.ts'
import { discoverIndices } from './discover.ts'
import { observeIndices } from './observe.ts'
import type { ElasticsearchSettings } from './settings.ts'

/** A session of `elasticsearch`, with all that it asks by. */
export function openElasticsearch(connection: Connection<ElasticsearchSettings>): Session {
  const api = new SearchApi(connection)
  return {
    check: () => check(connection, api),
    discover: () => discoverIndices(api),
    observe: (assets) => observeIndices(api, connection, assets),
    buildIndex: (wanted, signal) => new AliasedBuild(forQuestion(connection, signal), api, wanted),
  }
}
