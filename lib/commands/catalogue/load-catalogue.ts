import { createHash } from 'node:crypto'
import { type Adopting, adoptionOf } from '#lib/catalogue/adopt/adoption.ts'
import type { Catalogue, CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { checkCatalogue, remarksOn } from '#lib/catalogue/check/check-catalogue.ts'
import type { CatalogueText } from '#lib/catalogue/parse/catalogue-file.ts'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { resolveCatalogue } from '#lib/catalogue/resolve/resolve.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { catalogueJsonSchema } from '#lib/catalogue/schema/json-schema.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type CatalogueTexts, readCatalogueTexts } from './read-catalogue.ts'

/** A catalogue that may be synced, or everything that is wrong with it. */
export type LoadedCatalogue =
  | {
      ok: true
      catalogue: Catalogue
      /** As written, secrets still references. */
      document: Record<string, unknown>
      /** Changes when anything that counts does: the files, or what connectors and flows make of them. */
      hash: string
      /** JSON Schema with the settings of connectors and flows. */
      schema: Record<string, unknown>
      /** What somebody should look at although the catalogue is good. */
      remarks: CatalogueProblem[]
      /** What takes over what is found; null: no rule does. */
      adoption: Adopting | null
    }
  | { ok: false; problems: CatalogueProblem[]; hash: string }

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

/** A checked document is a map. */
function asDocument(written: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(written ?? {}))
}

const schemas = new WeakMap<CatalogueContracts, Record<string, unknown>>()

/** Connectors and flows are the same as long as a process lasts, and to describe them takes longer than to check a small catalogue. */
function schemaOf(contracts: CatalogueContracts): Record<string, unknown> {
  const schema = schemas.get(contracts) ?? catalogueJsonSchema(contracts)
  schemas.set(contracts, schema)
  return schema
}

/** Checks and resolves catalogue texts against the connectors and flows there are, as they are in force at an instant; without one, with the last version of each contract. */
export function loadCatalogueTexts(texts: readonly CatalogueText[], contracts: CatalogueContracts, at?: Instant): LoadedCatalogue {
  const parsed = parseCatalogue(texts)
  const checked = checkCatalogue(parsed, contracts)
  const { document, written, problems } = checked
  if (document === null || parsed.root === null) return { ok: false, problems, hash: hashOf(texts) }
  const catalogue = resolveCatalogue(document, parsed.root, contracts, at)
  const schema = schemaOf(contracts)
  const remarks = remarksOn(checked, catalogue, contracts, at)
  const rules = adoptionOf(document, parsed.root)
  const adoption = rules === null ? null : { rules, contracts }
  return { ok: true, catalogue, document: asDocument(written), schema, hash: hashOf([written, catalogue, schema]), remarks, adoption }
}

export function loadCatalogueReading(read: CatalogueTexts, contracts: CatalogueContracts, at?: Instant): LoadedCatalogue {
  if (!read.ok) return { ok: false, problems: [read.problem], hash: hashOf(read.problem) }
  return loadCatalogueTexts(read.texts, contracts, at)
}

/** Reads, checks and resolves the catalogue at a path: all of it, or all of its problems. */
export async function loadCatalogue(path: string, contracts: CatalogueContracts): Promise<LoadedCatalogue> {
  return loadCatalogueReading(await readCatalogueTexts(path), contracts)
}
