import { DateTime } from 'luxon'
import type { Connection, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import { fingerprintOf, fingerprintProbe, type Probe, reachable } from '#lib/connectors/kit/probe.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { JsonValue } from '#lib/domain/values/json.ts'
import { bindRest, searchGateway, searchRest, systemOf } from './ask-adap.ts'
import { type DirectoryEntry, type VdsRequest, vdsAssetSettings, vdsRequest, withinLimit } from './search.ts'
import { bindLdap, type LdapLine, searchLdap } from './search-ldap.ts'
import type { VdsSettings } from './settings.ts'

type Connected = Connection<VdsSettings>

/** A connection and the lines it holds, if it speaks LDAP. */
export interface Directory {
  connection: Connected
  lines: Lines<LdapLine>
}

/** All entries a search finds; throws after what came when the directory did not give all of them. */
export function search({ connection, lines }: Directory, request: VdsRequest): AsyncGenerator<DirectoryEntry> {
  const system = systemOf(connection)
  const { protocol } = connection.settings
  if (protocol === 'gateway' && (request.base !== undefined || request.scope !== 'sub'))
    throw new TidemarkError('invalid', {
      publicMessage: `${system} is behind a gateway, which itself says where searches start: leave out "base" and "scope".`,
    })
  const found =
    protocol === 'ldap'
      ? searchLdap(connection, lines, system, request)
      : protocol === 'gateway'
        ? searchGateway(connection, request)
        : searchRest(connection, request)
  return withinLimit(system, found, request.sizeLimit)
}

/** Gets in, with the cheapest question the protocol knows: a bind, or a search that finds nobody. Answers when the password ends, if
 * that is said. */
export async function askDirectory({ connection, lines }: Directory): Promise<Instant | null> {
  const { protocol } = connection.settings
  if (protocol === 'rest') return bindRest(connection)
  if (protocol === 'ldap') await bindLdap(connection, lines)
  else for await (const _entry of searchGateway(connection, vdsRequest.parse({ filter: '(uid=tidemark-asks-for-nobody)' }))) break
  return null
}

/** By the newest `modifyTimestamp` where entries have one, otherwise by a fingerprint; deletions show only in the number of entries. */
export async function probeDirectory(directory: Directory, asset: ObservedAsset): Promise<Probe> {
  const settings = vdsAssetSettings.parse(asset.settings)
  if (settings.filter === undefined) {
    await askDirectory(directory)
    return reachable('The directory lets us in.')
  }
  const request = vdsRequest.parse({ ...settings, attributes: [...(settings.attributes ?? []), 'modifyTimestamp'] })
  const newest: { at: Instant | null } = { at: null }
  async function* entries(): AsyncGenerator<JsonValue> {
    for await (const { dn, attributes } of search(directory, request)) {
      for (const written of attributes['modifyTimestamp'] ?? []) newest.at = later(newest.at, toInstant(written))
      yield { dn, attributes }
    }
  }
  const seen = await fingerprintOf(entries())
  const probe = fingerprintProbe(directory.connection, asset, seen, 'entries')
  if (newest.at === null) return probe
  return {
    ...probe,
    readings: [{ clock: 'dataThroughAt', at: newest.at, precision: 'instant' }],
    evidence: { method: 'column', strength: 'strong', detail: `The newest modifyTimestamp of ${seen.rows} entries.` },
  }
}

function later(one: Instant | null, other: Instant | null): Instant | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other)
}

/** LDAP's GeneralizedTime: `20260102030405[.006]Z`. */
function toInstant(written: string): Instant | null {
  const match = /^(\d{14})(?:[.,](\d{1,3})\d*)?(Z|[+-]\d{4})$/.exec(written)
  if (match === null) return null
  const moment = DateTime.fromFormat(`${match[1]} ${match[3] === 'Z' ? '+0000' : match[3]}`, 'yyyyMMddHHmmss ZZZ', { zone: 'UTC' })
  return moment.isValid ? moment.toMillis() + Number((match[2] ?? '0').padEnd(3, '0')) : null
}
