import type { CatalogueChannel } from '#lib/catalogue/catalogue.ts'
import type { CatalogueDocument } from '#lib/catalogue/schema/document.ts'
import { CHANNEL_KEYS } from '#lib/catalogue/schema/messages.ts'
import type { Route } from '#lib/domain/messages/route.ts'
import { settingsBeside } from './placed-assets.ts'

function listOf<T>(written: T | T[] | undefined): T[] {
  if (written === undefined) return []
  return Array.isArray(written) ? written : [written]
}

/** The channels with their settings as written, and the routes with every default filled in; absent where nothing is written of them. */
export function resolveMessages({ channels, routes, page }: CatalogueDocument): { channels?: CatalogueChannel[]; routes?: Route[] } {
  const named = Object.entries(channels ?? {}).map(([key, written]) => {
    return { key, kind: written.kind, budget: written.budget ?? null, settings: settingsBeside(written, CHANNEL_KEYS) }
  })
  const lines = (routes ?? []).map((written): Route => {
    return {
      to: listOf(written.to),
      groups: listOf(written.groups),
      feeds: listOf(written.feeds),
      owners: listOf(written.owners),
      severity: written.severity ?? null,
      place: written.place ?? null,
      events: listOf(written.events),
      zone: written.zone ?? page.zone,
      quiet: written.quiet ?? null,
      digest: listOf(written.digest),
      remindMs: written.remind ?? null,
    }
  })
  return { ...(channels !== undefined && { channels: named }), ...(routes !== undefined && { routes: lines }) }
}
