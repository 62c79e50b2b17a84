import { childOf, entriesOf, itemsOf, type LocatedNode, textAt, textOf, toPlain } from '#lib/catalogue/parse/node.ts'
import type { DeclaredFlow } from '#lib/catalogue/resolve/declared-flows.ts'
import { columnSchema } from '#lib/catalogue/schema/declared-flow.ts'
import { isValidZone } from '#lib/domain/time/zone.ts'
import { defaultProblem } from '#lib/domain/values/convert-value.ts'
import { type Finding, wrongKey, wrongValue } from './finding.ts'
import { suggestion } from './suggest.ts'

/** A column that is used and that `select` does not make; without `select` any field may be one. */
export function unknownColumn({ node }: DeclaredFlow, used: LocatedNode | undefined): Finding[] {
  const column = textOf(used)
  const select = childOf(node, 'select')
  const columns = entriesOf(select).map(([name]) => name)
  if (used === undefined || column === undefined || select === undefined || columns.includes(column)) return []
  return [wrongValue(used.path, `"select" makes no column "${column}".`, suggestion(column, columns, 'Add it to "select".'))]
}

function checkColumn(column: string, node: LocatedNode, zone: string): Finding[] {
  const type = textAt(node, 'type')
  const misplaced = ['epoch', 'zone'].filter((key) => childOf(node, key) !== undefined && type !== 'timestamp')
  const findings = misplaced.map((key) =>
    wrongKey([...node.path, key], `"${key}" is for columns of type timestamp.`, 'Add "type: timestamp", or take it out.'),
  )
  const { data } = columnSchema.safeParse(toPlain(node))
  const reason = data === undefined ? null : defaultProblem(data, zone)
  if (reason === null) return findings
  return [...findings, wrongValue([...node.path, 'default'], `The default of "${column}" ${reason}.`, 'Correct it, or take it out.')]
}

function checkLoad(flow: DeclaredFlow): Finding[] {
  const load = childOf(flow.node, 'load')
  const path = [...flow.node.path, 'load']
  const mode = textAt(load, 'mode') ?? 'replace'
  const key = childOf(load, 'key')
  const findings: Finding[] = []
  if (mode === 'merge' && key === undefined) {
    const remedy = 'Say what tells rows apart: "key: permit_id", or "key: [term, permit_id]".'
    findings.push(wrongKey(path, '"merge" needs a "key".', remedy))
  }
  const unused = [...(mode === 'append' ? ['key'] : []), ...(mode === 'replace' ? [] : ['shrinkRatio'])]
  for (const option of unused.filter((name) => childOf(load, name) !== undefined)) {
    findings.push(wrongKey([...path, option], `"${option}" has no effect with "${mode}".`, 'Take it out.'))
  }
  const columns = itemsOf(key).flatMap((item) => unknownColumn(flow, item))
  return [...findings, ...columns]
}

/** Columns of a declared flow that cannot be made, and what `load` says of them. */
export function checkSelect(root: LocatedNode, flow: DeclaredFlow): Finding[] {
  const zone = textAt(flow.node, 'timezone') ?? textAt(root, 'page', 'zone') ?? ''
  const usable = isValidZone(zone) ? zone : 'UTC'
  const columns = entriesOf(childOf(flow.node, 'select'))
  return [...columns.flatMap(([column, node]) => checkColumn(column, node, usable)), ...checkLoad(flow)]
}
