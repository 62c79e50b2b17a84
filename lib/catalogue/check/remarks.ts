import { childOf, type LocatedNode, textOf, valuesIn } from '#lib/catalogue/parse/node.ts'
import { type Finding, wrongValue } from './finding.ts'

/** `${NAME:-default}` and its kin, as shells know them. */
const WITH_OPERATOR = /\$\{([A-Za-z_]\w*)[^}\w][^}]*\}/
/** `${ NAME }`, `${env:NAME}`, `{{ NAME }}`, `$(NAME)` and `%NAME%`, as other programs know them. */
const OF_OTHERS = [
  /(\$\{\s+(?:env[:.])?([A-Za-z_]\w*)\s*\})/,
  /(\$\{([A-Za-z_]\w*)\s+\})/,
  /(\$\{env[:.]([A-Za-z_]\w*)\})/,
  /(\{\{\s*([A-Za-z_]\w*)\s*\}\})/,
  /(\$\(([A-Za-z_]\w*)\))/,
  /(%([A-Z_][A-Z0-9_]{2,})%)/,
]
/** `$NAME` without braces, as people write variables; `$filter` and the like of query languages are none. */
const WITHOUT_BRACES = /(?<![\w$])\$([A-Z_][A-Z0-9_]*)(?!\w)/

/** What is wrong with a form that only shells or other programs know; the default in it, which may be a secret, is never told. */
export function shellReference(text: string): { problem: string; remedy: string } | null {
  const [, written, ofOthers] = OF_OTHERS.map((form) => form.exec(text)).find((found) => found !== null) ?? []
  const [, operated] = WITH_OPERATOR.exec(text) ?? []
  const [, bare] = WITHOUT_BRACES.exec(text) ?? []
  const stands = (reference: string) => `"${reference}" is no reference and stands for itself`
  if (ofOthers !== undefined) return { problem: `${stands(written ?? '')}.`, remedy: `Write "\${${ofOthers}}" if its value is meant.` }
  if (operated !== undefined) {
    const problem = `${stands(`\${${operated}…}`)}: defaults are not known here.`
    return { problem, remedy: `Write "\${${operated}}" and put the value into .env.` }
  }
  return bare === undefined ? null : { problem: `${stands(`$${bare}`)}.`, remedy: `Write "\${${bare}}" if its value is meant.` }
}

/** What is allowed and probably not what was meant: said by `tidemark check`, and no reason to refuse a catalogue. */
export function remarksOf(root: LocatedNode): Finding[] {
  return ['channels', 'connections', 'people', 'tell'].flatMap((section) =>
    valuesIn(childOf(root, section)).flatMap((node) => {
      const found = shellReference(textOf(node) ?? '')
      return found === null ? [] : [wrongValue(node.path, found.problem, found.remedy)]
    }),
  )
}
