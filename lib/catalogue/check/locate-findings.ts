import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import type { CatalogueText } from '#lib/catalogue/parse/catalogue-file.ts'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { outlineOf } from '#lib/catalogue/parse/outline.ts'
import { toProblems } from './check-catalogue.ts'
import { wrongValue } from './finding.ts'

/** What was found out about a setting of an asset once the catalogue was checked. */
export interface AssetFinding {
  assetKey: string
  /** Where it stands among the asset's settings. */
  at: readonly string[]
  problem: string
  remedy: string
}

/** The same with file and line, in their order; assets that nobody wrote are left out. */
export function locateFindings(texts: readonly CatalogueText[], findings: readonly AssetFinding[]): CatalogueProblem[] {
  const root = findings.length === 0 ? null : parseCatalogue(texts).root
  if (root === null) return []
  const pathOf = new Map(outlineOf(root).assets.map(({ key, path }) => [key, path]))
  const found = findings.flatMap(({ assetKey, at, problem, remedy }) => {
    const path = pathOf.get(assetKey)
    return path === undefined ? [] : [wrongValue([...path, ...at], problem, remedy)]
  })
  return toProblems(root, found)
}
