import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'
import { suggestion } from '#lib/catalogue/check/suggest.ts'
import type { AdoptRule, RulePart } from './adoption.ts'
import { isOwnName, namesIn } from './name-pattern.ts'
import { fitsGlob } from './path-glob.ts'

/** The labels of what was found, by connection; a connection that was never discovered whole is not in it. */
export type KnownLabels = ReadonlyMap<string, ReadonlySet<string>>

/** What a rule says of labels: wrong where all is known that it may mean, else only not known yet. */
export interface LabelFindings {
  problems: CatalogueProblem[]
  remarks: CatalogueProblem[]
}

function askedBy(rule: AdoptRule): { part: RulePart; name: string }[] {
  const patterns = (['group', 'feed', 'owner'] as const).flatMap((part) => namesIn(rule[part] ?? '').map((name) => ({ part, name })))
  const where = Object.keys(rule.where ?? {}).map((name) => ({ part: 'where' as const, name }))
  return [...patterns, ...where].filter(({ name }) => !isOwnName(name))
}

function findingsOf(rule: AdoptRule, at: number, connections: readonly string[], known: KnownLabels): LabelFindings {
  const meant = connections.filter((key) => fitsGlob(rule.from.split('/')[0] ?? '', key))
  const unseen = meant.filter((key) => !known.has(key))
  const labels = new Set(meant.flatMap((key) => [...(known.get(key) ?? [])]))
  const unknown = askedBy(rule).filter(({ name }) => !labels.has(name))
  const say = (part: RulePart, problem: string, remedy: string): CatalogueProblem => {
    const place = rule.at[part] ?? { file: rule.source.file, line: rule.source.line, column: 1 }
    return { ...place, path: `adopt[${at}].${part}`, problem, remedy }
  }
  const otherwise = 'What was found there has no labels: use {name}, {group} or {path.1}.'
  if (unseen.length === 0)
    return {
      problems: unknown.map((one) =>
        say(one.part, `Nothing that was found in ${meant.join(', ')} has a label "${one.name}".`, suggestion(one.name, labels, otherwise)),
      ),
      remarks: [],
    }
  const remedy = `"tidemark discover ${unseen[0]} --keep" looks now; the worker does by itself.`
  return {
    problems: [],
    remarks: unknown.map((one) =>
      say(one.part, `Nobody has looked yet what there is in ${unseen.join(', ')}, so nobody knows a label "${one.name}".`, remedy),
    ),
  }
}

/** Labels that rules ask for and nothing has. */
export function checkLabels(rules: readonly AdoptRule[], connections: readonly string[], known: KnownLabels): LabelFindings {
  const found = rules.map((rule, at) => findingsOf(rule, at, connections, known))
  return { problems: found.flatMap(({ problems }) => problems), remarks: found.flatMap(({ remarks }) => remarks) }
}
