import type { Campus } from '#demo/campus/campus.ts'
import csTools from '#lib/connectors/cs-tools.ts'
import type { Connection, Connector, Health, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import peoplesoft from '#lib/connectors/peoplesoft.ts'
import personApi from '#lib/connectors/person-api.ts'
import sap from '#lib/connectors/sap.ts'
import snaplogic from '#lib/connectors/snaplogic.ts'
import vds from '#lib/connectors/vds.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { silentLog } from '#lib/platform/log.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'

/** A connector with a connection to the pretend campus, its types erased so that all fit one table. */
interface CampusConnection {
  connector: Pick<Connector, 'kind'>
  check(): Promise<Health>
  observe(assets: readonly ObservedAsset[]): AsyncIterable<unknown>
  extract(request: Record<string, unknown>): AsyncIterable<unknown>
}

interface Shared {
  clock: Clock
  signal: AbortSignal
}

/** The campus' connections by the names the catalogues give them; `more` overrides settings. */
export function openCampusConnection(campus: Campus, name: string, shared: Shared, more: Record<string, unknown> = {}): CampusConnection {
  const open = CONNECTIONS[name]
  if (!open) throw new Error(`the campus has no connection ${name}`)
  return open(campus, name, shared, more)
}

type Open = (campus: Campus, key: string, shared: Shared, more: Record<string, unknown>) => CampusConnection

const CONNECTIONS: Record<string, Open> = {
  peoplesoft: connect(peoplesoft, ({ url, credentials: { user, password } }) => ({ baseUrl: url, user, password })),
  cs_tools: connect(csTools, ({ urls, credentials: { key } }) => ({ url: urls.csTools, key })),
  sap: connect(sap, ({ urls, credentials: { key } }) => ({ url: urls.sapBapi, key })),
  sap_odata2: connect(sap, ({ urls, credentials: { user, password } }) => ({ protocol: 'odata2', url: urls.sapOData2, user, password })),
  sap_odata4: connect(sap, ({ urls, credentials: { key } }) => ({ protocol: 'odata4', url: urls.sapOData4, key, keyHeader: 'APIKey' })),
  vds: connect(vds, ({ urls, credentials }) => ({ protocol: 'rest', url: urls.vdsRest, ...directory(credentials) })),
  vds_gateway: connect(vds, ({ urls, credentials: { key } }) => ({ protocol: 'gateway', url: urls.vdsGateway, key })),
  vds_ldap: connect(vds, ({ urls, credentials }) => ({ protocol: 'ldap', url: urls.ldap, ...directory(credentials) })),
  snaplogic: connect(snaplogic, ({ courseUrl, credentials: { key } }) => ({ url: courseUrl, key })),
  snaplogic_person: connect(snaplogic, ({ urls, credentials: { key } }) => ({ url: urls.personTask, key, task: 'people' })),
  person_api: connect(personApi, ({ urls, credentials: { key } }) => ({ url: urls.personApi, key })),
}

function directory({ bindDn, bindPassword }: Campus['credentials']): Record<string, unknown> {
  return { user: bindDn, password: bindPassword, base: 'ou=people,o=campus' }
}

function connect<S>(connector: Connector<S>, settingsOf: (campus: Campus) => Record<string, unknown>): Open {
  const once = askOnce(connector)
  return (campus, key, { clock, signal }, { timeoutMs, ...more }) => {
    const written = connector.settings.parse({ timeout: '5s', ...settingsOf(campus), ...more })
    // Durations in a catalogue are at least a second.
    const settings = timeoutMs === undefined ? written : { ...written, timeout: timeoutMs }
    const connection: Connection<S> = { key, settings, clock, log: silentLog, signal }
    return {
      connector,
      check: () => once.check(connection),
      observe: (assets) => once.observe(connection, assets),
      extract: (request) => once.extract(connection, request),
    }
  }
}
