import { checked } from '#lib/connectors/kit/check.ts'
import type { Connection, Health } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import type { Presence } from '#lib/domain/connections/pulse.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { OF_PEOPLE } from './discovery/inventory.ts'
import { toPresence, toUnreachable } from './problems.ts'
import type { Session } from './session.ts'
import type { PostgresSettings } from './settings.ts'

const SKEW_MS = 2 * SECOND_MS

const ABOUT = `
select split_part(current_setting('server_version'), ' ', 1) as version, current_user::text as account, current_database()::text as database,
  pg_is_in_recovery() as standby, current_setting('transaction_read_only') = 'on' as read_only,
  (extract(epoch from clock_timestamp()) * 1000)::float8 as clock,
  (select (extract(epoch from rolvaliduntil) * 1000)::float8 from pg_roles where rolname = current_user and isfinite(rolvaliduntil)) as expires_at,
  count(*)::int as tables,
  count(*) filter (where has_schema_privilege(n.oid, 'usage') and (has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select')))::int as readable
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and ${OF_PEOPLE}`

interface About {
  version: string
  account: string
  database: string
  standby: boolean
  read_only: boolean
  clock: number
  expires_at: number | null
  tables: number
  readable: number
}

function inWords(about: About, skewMs: number): string {
  const sentences = [
    `PostgreSQL ${about.version}, database ${about.database}, as ${about.account}: it may read ${about.readable} of ${about.tables} tables and views.`,
  ]
  if (about.readable < about.tables) sentences.push('For the rest: GRANT SELECT, and USAGE on the schema.')
  if (about.standby) sentences.push('It is a standby, which counts no writes: every look reads the columns.')
  if (!about.read_only) sentences.push('The session is not read-only: a pooler dropped its settings. Name the server itself in the url.')
  if (Math.abs(skewMs) > SKEW_MS) {
    sentences.push(`Its clock is ${Math.round(Math.abs(skewMs) / SECOND_MS)} s ${skewMs > 0 ? 'ahead of' : 'behind'} ours.`)
  }
  return sentences.join(' ')
}

async function ask(
  connection: Connection<PostgresSettings>,
  session: Session,
): Promise<Omit<Health, 'credentialExpiresAt'> & Partial<Health>> {
  const before = connection.clock.now()
  const [about] = await session.rows<About>(ABOUT)
  const after = connection.clock.now()
  if (about === undefined) return { ok: false, detail: 'The server gave no answer.' }
  const skewMs = about.clock - (before + after) / 2
  const ok = about.readable > 0 || about.tables === 0
  return { ok, detail: inWords(about, skewMs), credentialExpiresAt: about.expires_at }
}

export function check(connection: Connection<PostgresSettings>, lines: Lines<Session>): Promise<Health> {
  return checked(connection, async () => {
    try {
      return await lines.use(connection.signal, (session) => ask(connection, session))
    } catch (error) {
      throw toUnreachable(error)
    }
  })
}

/** Signs in and asks nothing of any table. */
export function isThere(connection: Connection<PostgresSettings>, lines: Lines<Session>): Promise<Presence> {
  return lines.use(connection.signal, (session) => session.rows('select 1')).then((): Presence => ({ answer: 'good' }), toPresence)
}
