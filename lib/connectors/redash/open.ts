import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { RedashApi } from './api.ts'
import { cancelRefresh } from './cancel-run.ts'
import { discoverRedash } from './discover.ts'
import { observeResults } from './observe.ts'
import { followRefreshes } from './refresh-run.ts'
import type { RedashSettings } from './settings.ts'
import { startRefresh } from './start-run.ts'

/** A session of `redash`, with all that it asks by. */
export function openRedash(connection: Connection<RedashSettings>): Session {
  const api = new RedashApi(connection)
  return {
    check: () =>
      checked(connection, async () => {
        const name = await api.account()
        const { length } = await api.queryIds()
        return `Redash lets us in${name === null ? '' : ` as ${name}`}; it shows ${length === 1 ? '1 query' : `${length} queries`}.`
      }),
    discover: () => discoverRedash(connection, api),
    observe: (assets) => observeResults(connection, api, assets),
    runs: () => followRefreshes(connection, api),
    start: (job, wanted) => startRefresh(connection, api, job, wanted),
    cancel: (job, unwanted) => cancelRefresh(api, job, unwanted),
    close: () => api.close(),
  }
}
