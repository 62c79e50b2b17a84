import { childOf, entriesOf, itemsOf, nodeAt, textAt } from '#lib/catalogue/parse/node.ts'
import { type DeclaredFlow, landsFiles } from '#lib/catalogue/resolve/declared-flows.ts'
import { placeOfFiles } from '#lib/catalogue/resolve/triggers.ts'
import type { ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { type Finding, wrongKey, wrongValue } from './finding.ts'

const OTHERS = ['extract', 'select', 'load', 'deliver', 'index', 'connections', 'parameters'] as const

/** What is wrong with a flow that lands files beside its table: it needs files that ask for it, does nothing else, and copies within its own system. */
export function checkLanding(flow: DeclaredFlow, connectorOf: (connection: string) => ConnectorContract | undefined): Finding[] {
  if (!landsFiles(flow.node)) return []
  return [...checkFilesAsk(flow), ...checkAlone(flow), ...checkCopy(flow, connectorOf), ...checkForm(flow)]
}

function sourcesOf({ node }: DeclaredFlow): string[] {
  const files = itemsOf(childOf(node, 'on')).flatMap((trigger) => textAt(trigger, 'file') ?? [])
  return [...new Set(files.map((file) => placeOfFiles(file).source))]
}

function checkFilesAsk(flow: DeclaredFlow): Finding[] {
  if (sourcesOf(flow).length > 0) return []
  const remedy = 'Say which files: on: [{ file: <connection>/<bucket>/<folder> }].'
  return [wrongKey(flow.node.path, `"${flow.name}" lands files, and nothing tells it of any.`, remedy)]
}

function checkAlone({ name, node }: DeclaredFlow): Finding[] {
  return entriesOf(node).flatMap(([key, entry]): Finding[] => {
    if (!OTHERS.some((other) => other === key)) return []
    return [
      wrongKey(entry.path, `"${name}" lands files as they are, so "${key}" means nothing here.`, 'Take it out, or make two flows of it.'),
    ]
  })
}

function checkCopy(flow: DeclaredFlow, connectorOf: (connection: string) => ConnectorContract | undefined): Finding[] {
  const copy = nodeAt(flow.node, ['land', 'copy'])
  const written = textAt(copy)
  if (copy === undefined || written === undefined) return []
  const { source } = placeOfFiles(written)
  const other = sourcesOf(flow).find((one) => one !== source)
  if (other !== undefined) {
    const remedy = `Write a place of "${other}", or take "copy" out.`
    return [wrongValue(copy.path, `"${other}" cannot copy its files to "${source}": a copy stays in its own system.`, remedy)]
  }
  const connector = connectorOf(source)
  if (connector === undefined || connector.keepsFiles !== true || connector.copiesFiles === true) return []
  return [wrongValue(copy.path, `"${source}" cannot copy files.`, 'Take "copy" out.')]
}

function checkForm({ node }: DeclaredFlow): Finding[] {
  const land = childOf(node, 'land')
  const as = textAt(land, 'as')
  const delimiter = childOf(land, 'delimiter')
  if (delimiter === undefined || as === undefined || as === 'csv') return []
  return [wrongKey(delimiter.path, `"delimiter" belongs to CSV, and the files are ${as}.`, 'Take it out.')]
}
