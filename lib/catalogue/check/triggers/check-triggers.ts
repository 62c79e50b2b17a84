import { childOf, itemsOf, type LocatedNode, textAt } from '#lib/catalogue/parse/node.ts'
import type { Outline, OutlineEntry } from '#lib/catalogue/parse/outline.ts'
import { placeOfFiles } from '#lib/catalogue/resolve/triggers.ts'
import type { CatalogueContracts, ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { parseByteSize } from '#lib/domain/values/byte-size.ts'
import { type Finding, unknownName, wrongKey, wrongValue } from '../finding.ts'
import { didYouMean } from '../suggest.ts'
import { checkTriggerLoops, settingsIn } from './check-trigger-loops.ts'

interface Check {
  outline: Outline
  contracts: CatalogueContracts
}

/** Triggers that nothing can ask by: connections that are not there, keep no files or have no queue, feeds that nobody declares, and loops. */
export function checkTriggers(outline: Outline, contracts: CatalogueContracts): Finding[] {
  const check = { outline, contracts }
  return [
    ...outline.flows.flatMap((flow) => [
      ...['debounce', 'when'].flatMap((key) => checkNeeded(flow, key)),
      ...itemsOf(childOf(flow.node, 'on')).flatMap((trigger) => [
        ...checkFile(check, flow, trigger),
        ...checkFresh(check, trigger),
        ...checkMessage(check, trigger),
        ...checkConditions(trigger),
      ]),
    ]),
    ...checkTriggerLoops(outline, contracts),
  ]
}

function checkNeeded({ node }: OutlineEntry, key: string): Finding[] {
  const written = childOf(node, key)
  if (written === undefined || childOf(node, 'on') !== undefined) return []
  return [wrongKey(written.path, `"${key}" has no effect: nothing but its schedule asks for this flow.`, 'Add "on", or take the line out.')]
}

function connectionNamed(
  { outline, contracts }: Check,
  key: string,
): { node: LocatedNode; connector: ConnectorContract | undefined } | null {
  const connection = outline.connections.find((one) => one.key === key)
  if (connection === undefined) return null
  return { node: connection.node, connector: contracts.connectors.get(textAt(connection.node, 'kind') ?? '') }
}

function noConnection({ outline }: Check, path: Finding['path'], key: string): Finding {
  const known = outline.connections.map((connection) => connection.key)
  return unknownName(path, 'connection', key, known, 'Declare it under "connections".')
}

function kindsThat({ contracts }: Check, can: (connector: ConnectorContract) => boolean): string {
  const kinds = [...contracts.connectors].filter(([, connector]) => can(connector)).map(([kind]) => kind)
  return `Connections of these kinds can: ${kinds.join(', ') || 'none is installed'}.`
}

function hasQueue({ node, connector }: { node: LocatedNode; connector: ConnectorContract | undefined }): boolean {
  return connector?.hasQueue?.(settingsIn(node)) === true
}

function checkFile(check: Check, { key: flow }: OutlineEntry, trigger: LocatedNode): Finding[] {
  const { path } = trigger
  const file = textAt(trigger, 'file')
  if (file === undefined) {
    return ['match', 'by', 'every', 'least', 'most'].flatMap((key) => onlyBeside(trigger, key, '"file"'))
  }
  const { source } = placeOfFiles(file)
  const connection = connectionNamed(check, source)
  const at = [...path, 'file']
  if (connection === null) return [noConnection(check, at, source)]
  if (connection.connector === undefined) return []
  if (connection.connector.keepsFiles !== true) {
    return [
      wrongValue(
        at,
        `"${source}" keeps no files that "${flow}" could be told of.`,
        kindsThat(check, (one) => one.keepsFiles === true),
      ),
    ]
  }
  return [...checkWay(trigger, source, hasQueue(connection))]
}

function onlyBeside(trigger: LocatedNode, key: string, what: string): Finding[] {
  const only = childOf(trigger, key)
  return only === undefined ? [] : [wrongKey(only.path, `"${key}" means something beside ${what} only.`, 'Take it out.')]
}

function checkConditions(trigger: LocatedNode): Finding[] {
  const [least, most] = ['least', 'most'].map((key) => parseByteSize(textAt(trigger, key) ?? '') ?? null)
  const isNever = least != null && most != null && least > most
  return [
    ...(isNever
      ? [wrongValue([...trigger.path, 'most'], 'No file is as large as "least" and as small as "most".', 'Write a "most" that is larger.')]
      : []),
    ...(['message', 'push'].some((key) => childOf(trigger, key) !== undefined) ? [] : onlyBeside(trigger, 'where', '"message" or "push"')),
  ]
}

function checkWay(trigger: LocatedNode, source: string, isTold: boolean): Finding[] {
  const by = textAt(trigger, 'by')
  const way = by ?? (isTold ? 'queue' : 'listing')
  if (by === 'queue' && !isTold) {
    const remedy = `Name its queue in the settings of "${source}", or write "by: listing".`
    return [wrongValue([...trigger.path, 'by'], `"${source}" has no queue.`, remedy)]
  }
  const every = childOf(trigger, 'every')
  if (every === undefined || way === 'listing') return []
  return [
    wrongKey(
      every.path,
      `"every" has no effect: files become known by ${way === 'queue' ? 'the queue' : 'a push'}.`,
      'Take it out, or write "by: listing".',
    ),
  ]
}

function checkFresh({ outline }: Check, trigger: LocatedNode): Finding[] {
  return itemsOf(childOf(trigger, 'fresh')).flatMap((node): Finding[] => {
    const [group, feed, more] = typeof node.value === 'string' ? node.value.split('/') : []
    if (!group || !feed || more !== undefined) return []
    if (outline.feeds.some((one) => one.key === feed && one.group === group)) return []
    const known = outline.feeds.map((one) => `${one.group}/${one.key}`)
    // A rule may take it over of what is found; nobody knows before.
    if (outline.adopt.length > 0 && didYouMean(`${group}/${feed}`, known) === null) return []
    return [unknownName(node.path, 'feed', `${group}/${feed}`, known, 'Declare it under "groups".')]
  })
}

function checkMessage(check: Check, trigger: LocatedNode): Finding[] {
  const source = textAt(trigger, 'message')
  if (source === undefined) return []
  const at = [...trigger.path, 'message']
  const connection = connectionNamed(check, source)
  if (connection === null) return [noConnection(check, at, source)]
  if (connection.connector === undefined || hasQueue(connection)) return []
  if (connection.connector.hasQueue !== undefined)
    return [wrongValue(at, `"${source}" has no queue.`, `Name its queue in the settings of "${source}".`)]
  return [
    wrongValue(
      at,
      `"${source}" has no queue.`,
      kindsThat(check, (one) => one.hasQueue !== undefined),
    ),
  ]
}
