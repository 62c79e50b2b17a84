import { CloudPlace } from '#lib/connectors/dbt/cloud/cloud-place.ts'
import type { Connected } from '#lib/connectors/dbt/connected.ts'
import { folderPlace } from './folder.ts'
import type { Place } from './place.ts'
import { PushedPlace } from './pushed.ts'
import { webPlace } from './web.ts'

/** Where the artifacts of this connection are; asks nothing yet. */
export function openPlace(connection: Connected): Place {
  const { path, url, account, artifacts } = connection.settings
  if (artifacts !== undefined) return new PushedPlace(connection)
  if (account !== undefined) return new CloudPlace(connection)
  return url === undefined ? folderPlace(connection, path ?? '') : webPlace(connection, url)
}
