import { childOf, type DocumentPath, entriesOf, itemsOf, type LocatedNode, textOf } from '#lib/catalogue/parse/node.ts'
import type { Finding } from './issues.ts'

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

/** The variable that somebody meant with a form that only shells know; its default, which may be a secret, is never told. */
export function shellReference(text: string): { name: string; problem: string; remedy: string } | null {
  const [, written, ofOthers] = OF_OTHERS.map((form) => form.exec(text)).find((found) => found !== null) ?? []
  if (ofOthers !== undefined)
    return {
      name: ofOthers,
      problem: `"${written}" is no reference and stands for itself.`,
      remedy: `Write "\${${ofOthers}}" if its value is meant.`,
    }
  const [, operated] = WITH_OPERATOR.exec(text) ?? []
  if (operated !== undefined) {
    const remedy = `Write "\${${operated}}" and put the value into .env.`
    return { name: operated, problem: `"\${${operated}…}" is no reference and stands for itself: defaults are not known here.`, remedy }
  }
  const [, bare] = WITHOUT_BRACES.exec(text) ?? []
  if (bare === undefined) return null
  return { name: bare, problem: `"$${bare}" is no reference and stands for itself.`, remedy: `Write "\${${bare}}" if its value is meant.` }
}

function remarksIn(node: LocatedNode, path: DocumentPath): Finding[] {
  const found = shellReference(textOf(node) ?? '')
  if (found !== null) return [{ path, problem: found.problem, remedy: found.remedy }]
  if (Array.isArray(node.value)) return itemsOf(node).flatMap((item, i) => remarksIn(item, [...path, i]))
  return entriesOf(node).flatMap(([key, child]) => remarksIn(child, [...path, key]))
}

/** What is allowed and probably not what was meant: said by `tidemark check`, and no reason to refuse a catalogue. */
export function remarksOf(root: LocatedNode): Finding[] {
  return ['connections', 'tell'].flatMap((key) => {
    const node = childOf(root, key)
    return node === undefined ? [] : remarksIn(node, [key])
  })
}
