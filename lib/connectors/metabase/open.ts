import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Session } from '#lib/connectors/kit/connector.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { MetabaseApi } from './api.ts'
import { discoverMetabase } from './discover.ts'
import { observeMetabase } from './observe.ts'
import type { MetabaseSettings } from './settings.ts'

/** A session of `metabase`, with all that it asks by. */
export function openMetabase(connection: Connection<MetabaseSettings>): Session {
  const api = new MetabaseApi(connection)
  return {
    check: () =>
      checked(connection, async () => {
        const name = await api.account()
        const { length } = await api.cardIds()
        return `Metabase lets us in${name === null ? '' : ` as ${name}`}; it shows ${counted(length, 'card')}.`
      }),
    discover: () => discoverMetabase(connection, api),
    observe: (assets) => observeMetabase(connection, api, assets),
    close: () => api.close(),
  }
}
