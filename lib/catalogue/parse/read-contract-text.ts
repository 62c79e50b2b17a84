import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { type CatalogueText, parseCatalogueText } from '#lib/catalogue/parse/catalogue-file.ts'
import { pathInWords, positionAt, toPlain } from '#lib/catalogue/parse/node.ts'
import { type Contract, type ContractProblem, readContract } from '#lib/domain/contracts/contract.ts'

/** What to do about anything that is wrong in a contract. */
export const CONTRACT_REMEDY = 'Write it as the Open Data Contract Standard 3.1 says.'

/** One thing wrong in a contract, as a sentence. */
export function contractProblemInWords({ path, problem }: ContractProblem, otherwise: string): string {
  return `"${path.findLast((key) => typeof key === 'string') ?? otherwise}" ${problem}.`
}

/** A contract from its text, or all that is wrong with it, with line and remedy. */
export function readContractText(text: CatalogueText): { ok: true; contract: Contract } | { ok: false; problems: CatalogueProblem[] } {
  const { root, problems } = parseCatalogueText(text)
  if (root === null && problems.length === 0) {
    const problem = 'It holds nothing.'
    return { ok: false, problems: [{ file: text.file, line: 1, column: 1, path: '', problem, remedy: CONTRACT_REMEDY }] }
  }
  if (root === null || problems.length > 0) return { ok: false, problems }
  const read = readContract(toPlain(root))
  if (read.ok) return read
  const wrong = read.problems.map((one) => ({
    ...positionAt(root, one.path),
    path: pathInWords(one.path),
    problem: contractProblemInWords(one, 'It'),
    remedy: CONTRACT_REMEDY,
  }))
  return { ok: false, problems: wrong }
}
