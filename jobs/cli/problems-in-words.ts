import type { CatalogueProblem } from '#lib/catalogue/catalogue.ts'

/** `file:line:column  path`, then what is wrong and what to do; one block per problem, and how many there are. */
export function problemsInWords(problems: readonly CatalogueProblem[], noun = 'problem'): string {
  const blocks = problems.map((p) => `${p.file}:${p.line}:${p.column}${p.path === '' ? '' : `  ${p.path}`}\n  ${p.problem} ${p.remedy}`)
  return `${blocks.join('\n')}\n\n${problems.length === 1 ? `1 ${noun}.` : `${problems.length} ${noun}s.`}`
}
