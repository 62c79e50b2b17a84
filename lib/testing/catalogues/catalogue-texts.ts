import { z } from 'zod'
import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { checkCatalogue } from '#lib/catalogue/check/check-catalogue.ts'
import { parseCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import type { LocatedNode } from '#lib/catalogue/parse/node.ts'
import type { CatalogueContracts, FlowContract } from '#lib/catalogue/schema/contracts.ts'
import { campusContracts } from './campus-catalogue.ts'

export function located(text: string): LocatedNode {
  const { root, problems } = parseCatalogue([{ file: 'tidemark.yaml', text }])
  if (root === null) throw new Error(JSON.stringify(problems))
  return root
}

/** A problem on one line: `file:line:column path | problem | remedy`. */
export function inOneLine({ file, line, column, path, problem, remedy }: CatalogueProblem): string {
  return `${file}:${line}:${column} ${path} | ${problem} | ${remedy}`
}

/** Everything wrong with a catalogue of one file, one line each. */
export function problemsIn(text: string, contracts: CatalogueContracts = campusContracts): string[] {
  return checkCatalogue(parseCatalogue([{ file: 'tidemark.yaml', text }]), contracts).problems.map(inOneLine)
}

export function aFlowContract(given: Partial<FlowContract> = {}): FlowContract {
  return {
    schedule: '0 1 * * *',
    timezone: 'UTC',
    reads: [],
    writes: [],
    connections: [],
    parameters: z.strictObject({}),
    timeoutMs: 60_000,
    ...given,
  }
}
