import { childOf, type DocumentPath, type LocatedNode, leafOf, valuesIn } from '#lib/catalogue/parse/node.ts'
import { isReference } from '#lib/catalogue/schema/document.ts'
import { isSecretAddress, isSecretName, isSecretSetting } from '#lib/domain/connections/secret-name.ts'
import { type Finding, wrongValue } from './finding.ts'
import { shellReference } from './remarks.ts'

function variableFor(path: DocumentPath): string {
  const words = path.filter(
    (key) => typeof key === 'string' && !['channels', 'connections', 'flows', 'parameters', 'people', 'tell'].includes(key),
  )
  return words
    .join('_')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase()
}

const isSettingOfConnection = (path: DocumentPath) => path[0] === 'connections' && path.length === 3

function checkValue({ path, value }: LocatedNode): Finding[] {
  const key = leafOf(path)
  const isSecret = isSettingOfConnection(path) ? isSecretSetting(key) : isSecretName(key)
  const text = typeof value === 'number' && isSecret ? String(value) : value
  if (typeof text !== 'string' || text === '' || isReference(text) || !(isSecret || isSecretAddress(text))) return []
  const meant = shellReference(text)
  if (meant !== null) return [wrongValue(path, meant.problem, meant.remedy)]
  const problem = isSecret ? `"${key}" is a secret written in clear.` : `"${key}" is an address with a password or token written in clear.`
  const name = variableFor(path)
  return [wrongValue(path, problem, `Put the value into .env as ${name}=… and write "\${${name}}" here, or "file:/path" to a secret file.`)]
}

/** The columns of `select` are names of fields, whatever they are called. */
const isSelect = (path: DocumentPath) => path[0] === 'flows' && path[2] === 'select'

/**
 * Secrets written where a reference belongs. They are refused and not only warned about: the document is stored
 * with every accepted version and shown on the page.
 */
export function checkSecrets(root: LocatedNode): Finding[] {
  return ['tell', 'channels', 'connections', 'groups', 'flows', 'page', 'people', 'audiences', 'contracts'].flatMap((section) =>
    valuesIn(childOf(root, section), isSelect).flatMap(checkValue),
  )
}
