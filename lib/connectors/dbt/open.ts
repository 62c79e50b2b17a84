import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { foundNodes } from './found-nodes.ts'
import { columnsBy } from './known-columns.ts'
import { observeNodes } from './observation/observe.ts'
import { openPlace } from './places/open-place.ts'
import { orUnusable } from './places/place.ts'
import type { DbtSettings } from './settings.ts'

/** A session of `dbt`, with all that it asks by. */
export function openDbt(connection: Connection<DbtSettings>): Session {
  const place = openPlace(connection)
  return {
    check: () => checked(connection, () => place.check()),
    async *discover() {
      const manifest = await place.manifest()
      const jobs = await place.jobs(manifest)
      const catalog = await orUnusable(connection, place.catalog())
      const columnsOf = columnsBy(catalog, manifest, connection.settings.measuredWithin)
      yield* foundNodes(manifest, ({ id }) => jobs.get(id) ?? null, columnsOf)
    },
    observe: (assets) => observeNodes(connection, place, assets),
    runs: (since) => place.runs(since),
    ...(place.start && { start: place.start.bind(place) }),
    ...(place.cancel && { cancel: place.cancel.bind(place) }),
    close: async () => place.close?.(),
  }
}
