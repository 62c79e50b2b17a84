import type { CatalogueConnection } from '#lib/catalogue/catalogue.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { type CatalogueDocument, CONNECTION_KEYS } from '#lib/catalogue/schema/document.ts'
import { settingsBeside } from './placed-assets.ts'

/** The reason why something exists, where it is written. */
export function whyOf(written: { why?: string | undefined } | null): { why?: string } {
  return written?.why === undefined ? {} : { why: written.why }
}

/** The connections of a document, with what their connectors make of how they are set up. */
export function resolveConnections({ connections }: CatalogueDocument, { connectors }: CatalogueContracts): CatalogueConnection[] {
  return Object.entries(connections).map(([key, written]) => {
    const settings = settingsBeside(written, CONNECTION_KEYS)
    return {
      key,
      ...(written.name !== undefined && { name: written.name }),
      kind: written.kind,
      ...whyOf(written),
      probeEveryMs: written.probe,
      rotatedOn: written.rotatedOn ?? null,
      maxAgeMs: written.maxAge,
      ...(written.discover !== undefined && { discoverEveryMs: written.discover === 'never' ? null : written.discover }),
      ...(written.limits && { limits: written.limits }),
      ...(connectors.get(written.kind)?.startsJobs?.(settings) === true && { startsJobs: true }),
      ...(connectors.get(written.kind)?.hasPulse?.(settings) === true && { hasPulse: true }),
      settings,
    }
  })
}
