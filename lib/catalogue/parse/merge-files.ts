import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { isContractAddress } from '#lib/domain/contracts/contract-address.ts'
import { FIRST_SEEN } from '#lib/domain/contracts/odcs-schema.ts'
import { type CatalogueText, type ParsedText, parseCatalogueText } from './catalogue-file.ts'
import { entriesOf, type LocatedNode, pathInWords, toPlain } from './node.ts'
import { SAID } from './yaml-errors.ts'

/** The whole written catalogue as one tree; null when a file could not be read or none holds anything. */
export interface ParsedCatalogue {
  root: LocatedNode | null
  problems: CatalogueProblem[]
}

/** Maps that several files may fill together; everything else is written in one place. */
const SHARED = /^(contracts|connections|calendars|groups|flows|tell|channels|groups\/[^/]+|groups\/[^/]+\/feeds)$/
/** What every file of its own begins with: said twice in the same words it leaves no question. */
const REPEATABLE = /^(access|page)$/

function mergeInto(target: LocatedNode, other: LocatedNode, problems: CatalogueProblem[]): void {
  if (!(target.value instanceof Map)) return
  for (const [key, theirs] of entriesOf(other)) {
    const ours = target.value.get(key)
    const path = theirs.path.join('/')
    if (ours === undefined) target.value.set(key, theirs)
    else if (SHARED.test(path) && ours.value instanceof Map && theirs.value instanceof Map) mergeInto(ours, theirs, problems)
    else if (!REPEATABLE.test(path) || JSON.stringify(toPlain(ours)) !== JSON.stringify(toPlain(theirs))) {
      const problem = `"${key}" is already declared in ${ours.keyAt.file}, line ${ours.keyAt.line}.`
      problems.push({ ...theirs.keyAt, path: pathInWords(theirs.path), problem, remedy: 'Keep it in one file.' })
    }
  }
}

/** The folder beside a catalogue whose files are contracts. */
export const CONTRACTS_FOLDER = 'contracts'

/** What a text is of the catalogue: a part of it, or a contract that it may name by the path of the file or the address. */
function parseText(text: CatalogueText): ParsedText {
  if (!text.file.startsWith(`${CONTRACTS_FOLDER}/`) && !isContractAddress(text.file)) return parseCatalogueText(text)
  const { root, problems } = parseCatalogueText(text, [CONTRACTS_FOLDER, text.file])
  return { root: root && within(withFirstSeen(root, text), [CONTRACTS_FOLDER, text.file]), problems }
}

/** A contract with the instant from which it holds at the earliest, in the words of `odcsSchema`. */
function withFirstSeen(root: LocatedNode, { firstSeenAt }: CatalogueText): LocatedNode {
  if (!(root.value instanceof Map)) return root
  root.value.delete(FIRST_SEEN)
  if (firstSeenAt === undefined) return root
  const value = new Date(firstSeenAt).toISOString()
  root.value.set(FIRST_SEEN, { ...root, path: [...root.path, FIRST_SEEN], value })
  return root
}

/** A node as the only one that stands at its path. */
function within(node: LocatedNode, path: readonly string[]): LocatedNode {
  const last = path.length - 1
  return path.reduceRight<LocatedNode>(
    (inner, key, at) => ({ ...node, path: path.slice(0, Math.min(at, last)), value: new Map([[key, inner]]) }),
    node,
  )
}

/** Parses the files of a catalogue and joins them into one; what two files both declare is a problem, never a silent winner. */
export function parseCatalogue(texts: readonly CatalogueText[]): ParsedCatalogue {
  const parsed = texts.map(parseText)
  const problems = parsed.flatMap((p) => p.problems)
  const roots = parsed.flatMap((p) => (p.root === null ? [] : [p.root]))
  const unreadable = parsed.some((p) => p.root === null && p.problems.length > 0)
  const [first, ...others] = roots
  if (first === undefined && problems.length === 0) {
    problems.push({ file: texts[0]?.file ?? 'tidemark.yaml', line: 1, column: 1, path: '', ...SAID.empty })
  }
  if (first === undefined || unreadable) return { root: null, problems }
  for (const other of others) mergeInto(first, other, problems)
  return { root: first, problems }
}
