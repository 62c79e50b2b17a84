import { childOf, type DocumentPath, entriesOf, itemsOf, type LocatedNode, textOf } from '#lib/catalogue/parse/node.ts'
import { isReference } from '#lib/catalogue/schema/document.ts'
import { isSecretAddress, isSecretName } from '#lib/domain/connections/secret-name.ts'
import type { Finding } from './issues.ts'
import { shellReference } from './remarks.ts'

function variableFor(path: DocumentPath): string {
  const words = path.filter((key) => typeof key === 'string' && !['connections', 'flows', 'parameters', 'tell'].includes(key))
  return words
    .join('_')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase()
}

function checkText(text: string, key: string, path: DocumentPath): Finding[] {
  if (text === '' || isReference(text)) return []
  const isSecret = isSecretName(key)
  if (!isSecret && !isSecretAddress(text)) return []
  const meant = shellReference(text)
  if (meant !== null) return [{ path, problem: meant.problem, remedy: meant.remedy }]
  const problem = isSecret ? `"${key}" is a secret written in clear.` : `"${key}" is an address with a password or token written in clear.`
  const name = variableFor(path)
  return [{ path, problem, remedy: `Put the value into .env as ${name}=… and write "\${${name}}" here, or "file:/path" to a secret file.` }]
}

/** What stands there are names of fields, whatever the columns are called. */
function isSelect(path: DocumentPath): boolean {
  return path[0] === 'flows' && path[2] === 'select'
}

function check(node: LocatedNode, key: string, path: DocumentPath): Finding[] {
  if (isSelect(path)) return []
  const text = textOf(node) ?? (typeof node.value === 'number' && isSecretName(key) ? String(node.value) : undefined)
  if (text !== undefined) return checkText(text, key, path)
  if (Array.isArray(node.value)) return itemsOf(node).flatMap((item, i) => check(item, key, [...path, i]))
  return entriesOf(node).flatMap(([name, child]) => check(child, name, [...path, name]))
}

/**
 * Secrets written where a reference belongs. They are refused and not only warned about: the document is stored
 * with every accepted version and shown on the page.
 */
export function checkSecrets(root: LocatedNode): Finding[] {
  return ['tell', 'connections', 'groups', 'flows', 'page'].flatMap((key) => {
    const node = childOf(root, key)
    return node === undefined ? [] : check(node, key, [key])
  })
}
