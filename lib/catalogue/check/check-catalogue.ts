import type { Catalogue, CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import type { ParsedCatalogue } from '#lib/catalogue/parse/merge-files.ts'
import { keyPositionAt, type LocatedNode, pathInWords, positionAt, toPlain } from '#lib/catalogue/parse/node.ts'
import type { Outline } from '#lib/catalogue/parse/outline.ts'
import { withDeclaredFlows } from '#lib/catalogue/resolve/declared-flows.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { type CatalogueDocument, catalogueDocumentSchema } from '#lib/catalogue/schema/document.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import { checkAdopt } from './check-adopt.ts'
import { checkAudiences } from './check-audiences.ts'
import { checkDeclaredFlows } from './check-declared-flows.ts'
import { checkFlows } from './check-flows.ts'
import { checkIdentity } from './check-identity.ts'
import { checkJobs } from './check-jobs.ts'
import { checkMessages, remarkChannels } from './check-messages.ts'
import { checkNames } from './check-names.ts'
import { checkPolicies } from './check-policies.ts'
import { checkPush } from './check-push.ts'
import { checkSecrets } from './check-secrets.ts'
import { checkSettings, writtenSchemaOf } from './check-settings.ts'
import { checkContracts } from './contracts/check-contracts.ts'
import { remarkLevels } from './contracts/remark-levels.ts'
import type { Finding } from './finding.ts'
import { translateIssues } from './issues.ts'
import { checkPromises, remarkPromises } from './promises.ts'
import { remarksOf } from './remarks.ts'
import { checkTriggers } from './triggers/check-triggers.ts'
import { remarkLandedTwice } from './triggers/landed-twice.ts'

/** A checked catalogue: usable when `document` is there, and then without problems. */
export interface CheckedCatalogue {
  /** With the feeds and assets that flows without code declare. */
  document: CatalogueDocument | null
  /** As written: plain values, secrets still references. */
  written: unknown
  outline: Outline | null
  problems: CatalogueProblem[]
}

function toProblem(root: LocatedNode, { path, at, problem, remedy }: Finding): CatalogueProblem {
  return { ...(at === 'key' ? keyPositionAt(root, path) : positionAt(root, path)), path: pathInWords(path), problem, remedy }
}

/** Findings with their places, in the order of the lines. */
export function toProblems(root: LocatedNode, findings: readonly Finding[]): CatalogueProblem[] {
  return inOrder(findings.map((finding) => toProblem(root, finding)))
}

function inOrder(problems: readonly CatalogueProblem[]): CatalogueProblem[] {
  const distinct = new Map(problems.map((problem) => [JSON.stringify(problem), problem]))
  return [...distinct.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column))
}

/** Everything that is wrong with a catalogue, all at once, in the order of its lines. */
export function checkCatalogue(parsed: ParsedCatalogue, contracts: CatalogueContracts): CheckedCatalogue {
  const { root } = parsed
  if (root === null) return { document: null, written: null, outline: null, problems: inOrder(parsed.problems) }
  const declared = withDeclaredFlows(root, contracts)
  const { full: outline, contracts: known } = declared
  const result = catalogueDocumentSchema.safeParse(toPlain(outline.root))
  const source = { root: outline.root, base: [], schema: writtenSchemaOf(catalogueDocumentSchema), schemaBase: [], showValues: true }
  const secrets = checkSecrets(root)
  const secretive = new Set(secrets.map(({ path }) => pathInWords(path)))
  const others = [
    ...translateIssues(source, result.error?.issues ?? []),
    ...checkNames(outline, known),
    ...checkIdentity(outline, known),
    ...checkAudiences(outline),
    ...checkAdopt(outline),
    ...checkMessages(outline, known),
    ...checkPolicies(outline),
    ...checkPromises(outline),
    ...checkFlows(outline, known),
    ...checkTriggers(outline, known),
    ...checkContracts(outline),
    ...checkJobs(outline, known),
    ...checkPush(outline, known),
    ...checkSettings(outline, known),
    ...checkDeclaredFlows(declared, contracts),
  ]
  // Where a secret stands in clear, the complaint about it is enough: no other message may quote the value.
  const findings = [...others.filter(({ path }) => !secretive.has(pathInWords(path))), ...secrets]
  const problems = inOrder([...parsed.problems, ...findings.map((finding) => toProblem(outline.root, finding))])
  return { document: result.success && problems.length === 0 ? result.data : null, written: toPlain(root), outline, problems }
}

/** What a catalogue that may be used should still be told about, in the order of its lines. */
export function remarksOn(
  { outline }: Pick<CheckedCatalogue, 'outline'>,
  catalogue: Pick<Catalogue, 'assets' | 'page'>,
  contracts: CatalogueContracts,
  at: Instant = END_OF_TIME,
): CatalogueProblem[] {
  if (outline === null) return []
  const promised = new Set(catalogue.assets.filter((asset) => asset.promised).map(({ key }) => key))
  const findings = [
    ...remarksOf(outline.root),
    ...remarkPromises(outline, promised),
    ...remarkChannels(outline),
    ...remarkLevels(outline, catalogue, at),
    ...remarkLandedTwice(outline, contracts),
  ]
  return toProblems(outline.root, findings)
}
