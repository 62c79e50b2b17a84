import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Health } from '#lib/connectors/kit/connector.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { Cell } from './answers.ts'
import { readEpoch } from './read-value.ts'
import type { SnowflakeSettings } from './settings.ts'
import type { SqlApi } from './sql-api.ts'

/** Needs no warehouse that runs. */
const ABOUT =
  'select current_version() as VERSION, current_account_name() as ACCOUNT, current_user() as WHO, current_role() as ROLE, current_warehouse() as WAREHOUSE, current_timestamp() as NOW'
const TOKENS = 'show user programmatic access tokens'

function inWords(about: Record<string, Cell>, skewMs: number): string {
  const { VERSION, ACCOUNT, WHO, ROLE, WAREHOUSE } = about
  const role = ROLE ?? 'no role'
  const as = `Snowflake ${VERSION}, account ${ACCOUNT}, as ${WHO} in the role ${role}`
  const sentences = [
    WAREHOUSE == null
      ? `${as}, but without a warehouse: the one of the connection is not there, or GRANT USAGE on it to the role.`
      : `${as}, with the warehouse ${WAREHOUSE}.`,
  ]
  if (Math.abs(skewMs) > MINUTE_MS)
    sentences.push(`Its clock is ${Math.round(Math.abs(skewMs) / SECOND_MS)} s ${skewMs > 0 ? 'ahead of' : 'behind'} ours.`)
  return sentences.join(' ')
}

/** Whether we get in, as whom, in which role and with which warehouse; when the token ends, where one is used and Snowflake tells. */
export function check(connection: Connection<SnowflakeSettings>, api: SqlApi): Promise<Health> {
  return checked(connection, async () => {
    const [about] = await api.records({ sql: ABOUT })
    if (about === undefined) return { ok: false, detail: 'Snowflake gave no answer to who we are.' }
    const theirs = readEpoch(about['NOW'] ?? '')
    const skewMs = theirs === null ? 0 : theirs - connection.clock.now()
    const credentialExpiresAt = connection.settings.token === undefined ? null : await firstExpiry(connection, api)
    return { ok: about['WAREHOUSE'] != null, detail: inWords(about, skewMs), credentialExpiresAt }
  })
}

/** Of several active tokens nobody tells which one is ours: the first that ends is meant. */
async function firstExpiry(connection: Connection<SnowflakeSettings>, api: SqlApi): Promise<Instant | null> {
  try {
    const tokens = await api.records({ sql: TOKENS })
    const ends = tokens.filter(({ status }) => status === 'ACTIVE').flatMap(({ expires_at: at }) => readEpoch(at ?? '') ?? [])
    return ends.length === 0 ? null : Math.min(...ends)
  } catch (error) {
    if (!isTidemarkError(error) || error.code === 'cancelled') throw error
    connection.log.debug('when the token ends is not known', { error: toInternalMessage(error) })
    return null
  }
}
