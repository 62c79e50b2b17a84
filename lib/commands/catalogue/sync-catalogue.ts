import type { AdoptedEdge } from '#lib/catalogue/adopt/adopt.ts'
import type { Adopting } from '#lib/catalogue/adopt/adoption.ts'
import type { Catalogue, CatalogueAsset, CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { sightOfAudiences } from '#lib/catalogue/resolve/audiences.ts'
import { rebuild } from '#lib/commands/status/rebuild.ts'
import { syncContracts } from '#lib/db/catalogue/asset-contracts.ts'
import { listAssetsOfFeeds, listAssetsUnder } from '#lib/db/catalogue/assets.ts'
import { syncAudiences } from '#lib/db/catalogue/audiences.ts'
import { removeOtherSubjects, syncAssets, syncFeeds, syncGroups } from '#lib/db/catalogue/catalogue-rows.ts'
import { lockCatalogue, storeCatalogue, storeCatalogueState } from '#lib/db/catalogue/catalogue-versions.ts'
import { requestChangedChecks } from '#lib/db/catalogue/connection-checks.ts'
import { lockConnections, syncConnections } from '#lib/db/catalogue/connections.ts'
import { syncContractAddresses } from '#lib/db/catalogue/contract-addresses.ts'
import { clearDueSyncs, lockDiscoveries, storeAdoption, syncAdoptions, syncDiscoveries } from '#lib/db/catalogue/discoveries.ts'
import { listFollowers } from '#lib/db/catalogue/followers.ts'
import { syncFoundEdges } from '#lib/db/catalogue/found-edges.ts'
import { endEdgesOf, lockEdges, syncLineage } from '#lib/db/catalogue/lineage-edges.ts'
import { type Rename, renameSubjects } from '#lib/db/catalogue/renames.ts'
import { lockAllSubjects, markDue } from '#lib/db/catalogue/subjects.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { storeVersions, type VersionedAssetSettings } from '#lib/db/history/versions.ts'
import { syncLooks } from '#lib/db/inbox/file-looks.ts'
import { putPeopleSettings } from '#lib/db/people/people-settings.ts'
import { syncFlows } from '#lib/db/runs/flows.ts'
import { lockOrders } from '#lib/db/runs/reload-orders.ts'
import { putRouting, putSetting } from '#lib/db/settings.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { adoptFound } from './adopt-found.ts'

const AMBIGUOUS_LOGGED_MAX = 20

export interface AcceptedCatalogue {
  catalogue: Catalogue
  /** As written, secrets still references. */
  document: unknown
  hash: string
  /** JSON Schema for editors, with the settings of connectors and flows. */
  schema: unknown
  /** The file or folder it was read from. */
  readFrom?: string
  /** Rules that take over what discovery found, with what is installed; absent: none does. */
  adoption?: Adopting | null
}

export interface SyncResult {
  versionId: number
  isNew: boolean
  /** Keys of groups, feeds and assets that got a new key. */
  renamed: string[]
  /** Assets whose promise or membership changed, new and removed ones included. */
  changedAssets: number
}

/**
 * Makes the database declare exactly this catalogue, from now on: what is new appears, what is gone is marked removed and keeps its
 * history, and changed promises act from this moment. Syncing the same again changes nothing.
 */
export async function syncCatalogue(ctx: Context, accepted: AcceptedCatalogue): Promise<SyncResult> {
  const { now, changed, relinked, joined, ...result } = await withTransaction(ctx, async (sql) => {
    await lockCatalogue(sql)
    // None is given to a feed that is just being joined with another.
    if (accepted.catalogue.feeds.some(({ was }) => was != null)) await lockOrders(sql)
    await lockDiscoveries(sql)
    await lockEdges(sql)
    await lockConnections(sql)
    await lockAllSubjects(sql)
    const at = ctx.clock.now()
    const renames = await renameAll(sql, accepted.catalogue)
    const { catalogue, edges, ambiguous, adopts, forgetAt } = await adoptFound(sql, at, accepted)
    for (const words of ambiguous.slice(0, AMBIGUOUS_LOGGED_MAX)) ctx.log.warn(words)
    const { changed, relinked } = await syncRows(sql, at, catalogue, edges)
    await syncDiscoveries(sql, at, catalogue.connections, accepted.document)
    await storeAdoption(sql, adopts, forgetAt)
    const joined = await listJoined(sql, renames)
    await markDue(sql, [...changed, ...relinked], at)
    await requestChangedChecks(sql, at, accepted.document)
    const version = await storeCatalogue(sql, at, accepted, { actor: ctx.actor, readFrom: accepted.readFrom ?? null })
    await storeCatalogueState(sql, at, accepted.hash, [])
    const renamed = renames.map(({ key }) => key)
    return { now: at, changed, relinked, joined, renamed, versionId: version.id, isNew: version.isNew }
  })
  if (joined !== null) await rebuild(ctx, joined)
  if (changed.length + relinked.length > 0) await rebuild(ctx, { assetIds: [...changed, ...relinked], from: now })
  return { ...result, changedAssets: changed.length }
}

async function renameAll(sql: Sql, { groups, feeds, assets }: Catalogue): Promise<Rename[]> {
  return [
    ...(await renameSubjects(sql, 'group', groups)),
    ...(await renameSubjects(sql, 'feed', feeds)),
    ...(await renameSubjects(sql, 'asset', assets)),
  ]
}

/** The assets whose past is joined from two histories, and from when on; null when there are none. */
async function listJoined(sql: Sql, renames: readonly Rename[]): Promise<{ assetIds: number[]; from: Instant } | null> {
  const joined = renames.flatMap(({ id, joinedFrom }) => (joinedFrom === null ? [] : [{ id, joinedFrom }]))
  if (joined.length === 0) return null
  const assetIds = new Set<number>()
  for (const { id } of joined) for (const assetId of await listAssetsUnder(sql, id)) assetIds.add(assetId)
  return { assetIds: [...assetIds], from: Math.min(...joined.map(({ joinedFrom }) => joinedFrom)) }
}

interface SyncedRows {
  changed: number[]
  /** What is as fresh as what it is made from, and is made from something else now. */
  relinked: number[]
}

async function syncRows(sql: Sql, at: Instant, catalogue: Catalogue, edges: readonly AdoptedEdge[]): Promise<SyncedRows> {
  await syncConnections(sql, at, catalogue.connections)
  await syncFlows(sql, at, catalogue.flows)
  await syncLooks(sql, at, catalogue.flows)
  const groupIds = await syncGroups(sql, at, catalogue.groups)
  const feedIds = await syncFeeds(sql, at, catalogue.feeds, groupIds)
  const assetIds = await syncAssets(sql, at, catalogue.assets, feedIds)
  await syncContracts(sql, at, catalogue.assets, assetIds)
  await syncContractAddresses(sql, at, catalogue.assets)
  await syncAdoptions(sql, catalogue.assets, assetIds)
  const removedAssets = await removeOtherSubjects(sql, at, 'asset', [...assetIds.keys()])
  const madeOtherwise = await endEdgesOf(sql, at, removedAssets)
  madeOtherwise.push(...(await syncLineage(sql, at, catalogue.assets, assetIds)), ...(await syncFoundEdges(sql, at, edges, assetIds)))
  const removedFeeds = await removeOtherSubjects(sql, at, 'feed', [...feedIds.keys()])
  await removeOtherSubjects(sql, at, 'group', [...groupIds.keys()])
  const changedFeeds = await storeVersions(sql, at, [
    ...catalogue.feeds.flatMap((feed) => withId(feedIds.get(feed.key), { group: feed.group })),
    ...removedFeeds.map((subjectId) => ({ subjectId, settings: null })),
  ])
  const changedAssets = await storeVersions(sql, at, [
    ...catalogue.assets.flatMap((asset) => withId(assetIds.get(asset.key), settingsOf(asset))),
    ...removedAssets.map((subjectId) => ({ subjectId, settings: null })),
  ])
  await putSetting(sql, 'page', catalogue.page)
  await putSetting(sql, 'tell', catalogue.tell)
  await putRouting(sql, catalogue)
  await putSetting(sql, 'access', catalogue.access)
  await putPeopleSettings(sql, catalogue)
  await syncAudiences(sql, audienceIds(catalogue, groupIds))
  const changed = [...new Set([...changedAssets, ...(await listAssetsOfFeeds(sql, changedFeeds))])]
  return { changed, relinked: [...(await listFollowers(sql, madeOtherwise))] }
}

function audienceIds(catalogue: Catalogue, groupIds: ReadonlyMap<string, number>): Map<string, number[]> {
  const idOf = (key: string) => groupIds.get(key) ?? []
  return new Map([...sightOfAudiences(catalogue)].map(([audience, keys]) => [audience, keys.flatMap(idOf)]))
}

function withId<S>(subjectId: number | undefined, settings: S): { subjectId: number; settings: S }[] {
  return subjectId === undefined ? [] : [{ subjectId, settings }]
}

function settingsOf({ feed, promised, policies, blindAfterMs, flow, job, expect }: CatalogueAsset): VersionedAssetSettings {
  return { feed, promised, policies, blindAfterMs, flow, ...(job !== undefined && { job }), ...(expect !== undefined && { expect }) }
}

/** Notes that the catalogue file has problems: the last good one stays in force, with what was taken over of what was found, and the page says so. */
export async function noteCatalogueProblems(ctx: Context, problems: readonly CatalogueProblem[], hash: string | null): Promise<void> {
  const now = ctx.clock.now()
  await storeCatalogueState(ctx.pool, now, hash, problems)
  await clearDueSyncs(ctx.pool, now)
}

/** Notes since when a changed catalogue is being checked; null when that is done. */
export async function noteCatalogueCheck(ctx: Context, since: Instant | null): Promise<void> {
  await putSetting(ctx.whole, 'catalogue-check', { since })
}
