import { z } from 'zod'
import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { LookerApi } from './api.ts'
import { discoverLooker } from './discover.ts'
import { observeLooker } from './observe.ts'
import type { LookerSettings } from './settings.ts'

const user = z.object({ display_name: z.string().nullish() })

/** A session of `looker`, with all that it asks by. */
export function openLooker(connection: Connection<LookerSettings>): Session {
  const api = new LookerApi(connection)
  return {
    check: () =>
      checked(connection, async () => {
        const { display_name: name } = await api.get('our own account', ['user'], user, { fields: 'display_name' })
        return `Looker lets us in${name ? ` as ${name}` : ''}.`
      }),
    discover: () => discoverLooker(api, connection),
    observe: (assets) => observeLooker(api, connection, assets),
    close: () => api.close(),
  }
}
