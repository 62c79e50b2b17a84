import { createHash } from 'node:crypto'
import { DateTime } from 'luxon'
import { fingerprintLook, type Look, reachableLook } from '#lib/connectors/answer/look.ts'
import type { Connection, ObservedAsset } from '#lib/connectors/connector.ts'
import { contentHash } from '#lib/domain/canonical-form.ts'
import { bindRest, searchGateway, searchRest, systemOf } from './ask-adap.ts'
import { type DirectoryEntry, type VdsRequest, vdsRequest, withinLimit } from './search.ts'
import { bindLdap, searchLdap } from './search-ldap.ts'
import type { VdsSettings } from './settings.ts'

type Connected = Connection<VdsSettings>

/** An asset of the directory is a search; without a filter we only see that we get in. */
export const vdsAssetSettings = vdsRequest.omit({ path: true }).partial({ filter: true, scope: true })

/** All entries a search finds; throws after what came when the directory did not give all of them. */
export function search(connection: Connected, request: VdsRequest): AsyncGenerator<DirectoryEntry> {
  const system = systemOf(connection)
  const { protocol } = connection.settings
  const found =
    protocol === 'ldap'
      ? searchLdap(connection, system, request)
      : protocol === 'gateway'
        ? searchGateway(connection, request)
        : searchRest(connection, request)
  return withinLimit(system, found, request.sizeLimit)
}

/** Gets in, with the cheapest question the protocol knows: a bind, or a search that finds nobody. */
export async function askDirectory(connection: Connected): Promise<void> {
  const { protocol } = connection.settings
  if (protocol === 'rest') return bindRest(connection)
  if (protocol === 'ldap') return bindLdap(connection, systemOf(connection))
  for await (const _entry of searchGateway(connection, vdsRequest.parse({ filter: '(uid=tidemark-asks-for-nobody)' }))) break
}

/**
 * One look: the newest `modifyTimestamp` where entries have one, otherwise whether they changed. What was deleted shows
 * in neither but in the number of entries.
 */
export async function lookAtDirectory(connection: Connected, asset: ObservedAsset): Promise<Look> {
  const settings = vdsAssetSettings.parse(asset.settings)
  if (settings.filter === undefined) {
    await askDirectory(connection)
    return reachableLook('The directory lets us in.')
  }
  const request = vdsRequest.parse({ ...settings, attributes: [...(settings.attributes ?? []), 'modifyTimestamp'] })
  const seen = await summarise(search(connection, request))
  const look = fingerprintLook(connection, asset, seen, 'entries')
  if (seen.newest === null) return look
  return {
    ...look,
    readings: [{ clock: 'dataThroughAt', at: seen.newest, precision: 'instant' }],
    evidence: { method: 'column', strength: 'strong', detail: `The newest modifyTimestamp of ${seen.rows} entries.` },
  }
}

interface Summary {
  fingerprint: string
  rows: number
  newest: number | null
}

async function summarise(entries: AsyncIterable<DirectoryEntry>): Promise<Summary> {
  const hashes: string[] = []
  let newest: number | null = null
  for await (const { dn, attributes } of entries) {
    hashes.push(contentHash({ dn, attributes }))
    for (const written of attributes['modifyTimestamp'] ?? []) newest = Math.max(newest ?? 0, toInstant(written) ?? 0)
  }
  const all = createHash('sha256')
  for (const hash of hashes.sort()) all.update(hash)
  return { fingerprint: all.digest('hex'), rows: hashes.length, newest: newest === 0 ? null : newest }
}

/** LDAP's GeneralizedTime: `20260102030405[.006]Z`. */
function toInstant(written: string): number | null {
  const match = /^(\d{14})(?:[.,](\d{1,3})\d*)?(Z|[+-]\d{4})$/.exec(written)
  if (match === null) return null
  const moment = DateTime.fromFormat(`${match[1]} ${match[3] === 'Z' ? '+0000' : match[3]}`, 'yyyyMMddHHmmss ZZZ', { zone: 'UTC' })
  return moment.isValid ? moment.toMillis() + Number((match[2] ?? '0').padEnd(3, '0')) : null
}
