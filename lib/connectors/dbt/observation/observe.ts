import { z } from 'zod'
import type { DbtNode } from '#lib/connectors/dbt/artifacts/node.ts'
import type { Connected } from '#lib/connectors/dbt/connected.ts'
import { holdsData } from '#lib/connectors/dbt/found-nodes.ts'
import type { Place, Told } from '#lib/connectors/dbt/places/place.ts'
import { dbtAssetSettings } from '#lib/connectors/dbt/settings.ts'
import type { ClockReading, Observation, ObservedAsset } from '#lib/connectors/kit/connector.ts'
import type { Evidence } from '#lib/domain/freshness/facts.ts'
import { type Instant, isFuture } from '#lib/domain/time/instant.ts'
import { machineTime } from '#lib/domain/wording/dates.ts'
import { type LoadedState, Loads, loadedState } from './loaded.ts'
import { type Measured, measuredState, measureOf } from './measured.ts'

/** What is remembered of a node from look to look. */
const stateSchema = z.object({
  manifestAt: z.number(),
  loaded: loadedState.nullable(),
  measured: measuredState.nullable(),
})
type State = z.output<typeof stateSchema>

interface Look {
  told: Told
  loads: Loads
  now: Instant
  connection: Connected
}

/** What the artifacts say about these nodes, one observation each. Throws when there is no manifest that can be read. */
export async function* observeNodes(connection: Connected, place: Place, assets: readonly ObservedAsset[]): AsyncGenerator<Observation> {
  const before = new Map(assets.map((asset) => [asset.key, stateSchema.safeParse(asset.previous).data ?? null]))
  const told = await place.told()
  const now = connection.clock.now()
  const look: Look = { told, loads: new Loads(told, now), now, connection }
  for (const asset of assets) yield observeNode(look, asset, before.get(asset.key) ?? null)
}

function observeNode(look: Look, asset: ObservedAsset, previous: State | null): Observation {
  const { manifest } = look.told
  const node = manifest.nodes.get(asset.path)
  if (node !== undefined) return observeKnown(look, asset, node, previous)
  const at = machineTime(manifest.generatedAt)
  if (previous !== null && manifest.generatedAt < previous.manifestAt)
    return failed(asset, `The manifest is of ${at}, older than the one that was there before, and has no ${asset.path}.`)
  return {
    ...failed(asset, `The manifest of ${at} has no ${asset.path}: it was taken out of the project, renamed or disabled.`),
    lasting: 'gone',
  }
}

function failed({ key: assetKey }: ObservedAsset, words: string): Extract<Observation, { ok: false }> {
  return { ok: false, assetKey, publicMessage: words, message: words }
}

interface Seen {
  readings: ClockReading[]
  rows: number | null
  evidence: Evidence
  warnings: string[]
}

function evidenceOf(method: string, isStrong: boolean, detail: string): Evidence {
  return { method, strength: isStrong ? 'strong' : 'weak', detail, costMs: 0 }
}

function observeKnown(look: Look, asset: ObservedAsset, node: DbtNode, previous: State | null): Observation {
  const { told, now, connection } = look
  const loaded = look.loads.of(node.id, previous?.loaded ?? null)
  const measured = isMeasured(node, told) ? measureOf(node, told, previous?.measured ?? null, howTo(look, asset)) : null
  const state: State = {
    manifestAt: Math.max(told.manifest.generatedAt, previous?.manifestAt ?? 0),
    loaded,
    measured: measured?.state ?? previous?.measured ?? null,
  }
  const seen = node.kind === 'source' ? ofSource(node, measured, loaded) : ofBuilt(node, measured, loaded, told)
  if (typeof seen === 'string') return failed(asset, seen)
  if (seen === null) {
    const words = 'dbt measures nothing here: the source has neither warn_after nor error_after.'
    return { ...failed(asset, words), lasting: 'no-time' }
  }
  connection.log.debug('a node of dbt was looked at', { node: node.id })
  return { ok: true, assetKey: asset.key, ...seen, state, warnings: [...seen.warnings, ...ofClock(told, now)] }
}

function howTo({ now, connection: { settings } }: Look, asset: ObservedAsset) {
  const own = dbtAssetSettings.parse(asset.settings)
  return { now, measuredWithinMs: settings.measuredWithin, asset: own, zone: settings.zone }
}

/** A source without thresholds is not measured, unless somebody's dbt does so all the same. */
function isMeasured(node: DbtNode, { measurements }: Told): boolean {
  return node.freshness !== null || measurements.some(({ measured }) => measured.has(node.id))
}

function ofClock({ results }: Told, now: Instant): string[] {
  const ahead = results.some(({ generatedAt }) => isFuture(generatedAt, now))
  return ahead ? ['The results of dbt say that they were made in the future; they are left aside until then.'] : []
}

function ofSource(node: DbtNode, measured: Measured | null, loaded: LoadedState | null): Seen | string | null {
  if (measured === null) return null
  if (measured.kind === 'not') return measured.because
  const evidence = evidenceOf(measured.isStrong ? 'column' : 'metadata', measured.isStrong, howMeasured(node, measured.detail))
  return { readings: [measured.reading], rows: null, evidence, warnings: [...measured.warnings, ...(loaded?.tested?.trouble ?? [])] }
}

function howMeasured({ measuredBy, freshness }: DbtNode, detail: string): string {
  const only = freshness?.filter && measuredBy !== null ? ` where ${freshness.filter}` : ''
  return measuredBy === null
    ? `${detail} It asked when the warehouse last saw the table change.`
    : `${detail} It read the newest ${measuredBy}${only}.`
}

function ofBuilt(node: DbtNode, measured: Measured | null, loaded: LoadedState | null, told: Told): Seen | string {
  const troubles = [loaded?.tried?.trouble, ...(loaded?.tested?.trouble ?? [])].filter((words) => words != null)
  const isAsItsParents = !holdsData(node) && node.materialized !== 'view'
  if (isAsItsParents && measured?.kind !== 'read') {
    const evidence = evidenceOf('manifest', false, 'It holds no data of its own: it is as fresh as what it is made from.')
    return { readings: [], rows: null, evidence, warnings: troubles }
  }
  const readings: ClockReading[] = loaded?.loadedAt == null ? [] : [{ clock: 'loadedAt', at: loaded.loadedAt, precision: 'instant' }]
  if (measured?.kind === 'read') readings.push({ ...measured.reading, evidence: evidenceOf('column', measured.isStrong, measured.detail) })
  const unusable = told.unusable.results.map(({ publicMessage }) => publicMessage)
  const [first] = readings
  if (first === undefined) return troubles[0] ?? unusable[0] ?? 'No run of dbt whose results were seen has built it.'
  const detail = loaded?.loadedAt == null ? '' : `dbt built it at ${machineTime(loaded.loadedAt)}.`
  const isView = node.materialized === 'view'
  const evidence = evidenceOf('run', !isView, isView ? `${detail} A view: its rows are those of what it is made from.` : detail)
  const warnings = [...troubles, ...unusable, ...(measured?.kind === 'read' ? measured.warnings : [])]
  return { readings, rows: isView ? null : (loaded?.rows ?? null), evidence, warnings }
}
