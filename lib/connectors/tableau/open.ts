import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { TableauApi } from './api.ts'
import { cancelRefresh } from './cancel-run.ts'
import { discoverTableau } from './discover.ts'
import { listRuns } from './list-runs.ts'
import { TableauMetadata } from './metadata.ts'
import { observeTableau } from './observe.ts'
import type { Connected, TableauSettings } from './settings.ts'
import { startRefresh } from './start-run.ts'

/** A session of `tableau`, with all that it asks by. */
export function openTableau(connection: Connection<TableauSettings>): Session {
  const api = new TableauApi(connection)
  return {
    check: () => checked(connection, () => enter(connection, api)),
    discover: () => discoverTableau(connection, api),
    observe: (assets) => observeTableau(connection, api, assets),
    runs: (since) => listRuns(connection, api, since),
    start: (job, wanted) => startRefresh(connection, api, job, wanted),
    cancel: (job, unwanted) => cancelRefresh(api, job, unwanted),
    close: () => api.close(),
  }
}

async function enter(connection: Connected, api: TableauApi): Promise<string> {
  const version = await api.version()
  const [sources, workbooks] = [await api.count('datasources'), await api.count('workbooks')]
  const metadata = new TableauMetadata(connection, api)
  await metadata.isThere()
  const absence = metadata.absence === null ? '' : ` ${metadata.absence} So what they are made from is not known.`
  return `Tableau ${version} lets us in; it shows ${counted(sources, 'data source')} and ${counted(workbooks, 'workbook')}.${absence}`
}
