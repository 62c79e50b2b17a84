import { childOf, type DocumentPath, entriesOf, itemsOf, type LocatedNode, textOf, toPlain } from '#lib/catalogue/parse/node.ts'
import { columnSchema } from '#lib/catalogue/schema/declared-flow.ts'
import type { DeclaredFlowEntry } from '#lib/catalogue/schema/declared-flow-contracts.ts'
import { isValidZone } from '#lib/domain/time/local-day.ts'
import { defaultProblem } from '#lib/domain/values/convert-value.ts'
import type { Finding } from './issues.ts'
import { suggestion } from './suggest.ts'

/** The columns a declared flow names; null when it takes whatever fields come. */
function selectedColumns(declaredFlow: DeclaredFlowEntry): string[] | null {
  const select = childOf(declaredFlow.node, 'select')
  return select === undefined ? null : entriesOf(select).map(([column]) => column)
}

/** A column that is used and that `select` does not make. */
export function unknownColumn(declaredFlow: DeclaredFlowEntry, path: DocumentPath, column: string): Finding[] {
  const columns = selectedColumns(declaredFlow)
  if (columns === null || columns.includes(column)) return []
  return [{ path, problem: `"select" makes no column "${column}".`, remedy: suggestion(column, columns, 'Add it to "select".') }]
}

function checkColumn(name: string, column: string, node: LocatedNode, zone: string): Finding[] {
  const path = ['flows', name, 'select', column]
  const type = textOf(childOf(node, 'type'))
  const misplaced = ['epoch', 'zone'].filter((key) => childOf(node, key) !== undefined && type !== 'timestamp')
  const findings = misplaced.map((key): Finding => {
    const remedy = 'Add "type: timestamp", or take it out.'
    return { path: [...path, key], at: 'key', problem: `"${key}" is for columns of type timestamp.`, remedy }
  })
  const written = columnSchema.safeParse(toPlain(node))
  const reason = written.success ? defaultProblem(written.data, zone) : null
  if (reason === null) return findings
  return [
    ...findings,
    { path: [...path, 'default'], problem: `The default of "${column}" ${reason}.`, remedy: 'Correct it, or take it out.' },
  ]
}

function checkLoad(declaredFlow: DeclaredFlowEntry): Finding[] {
  const load = childOf(declaredFlow.node, 'load')
  const path = ['flows', declaredFlow.name, 'load']
  const mode = textOf(childOf(load, 'mode')) ?? 'replace'
  const key = childOf(load, 'key')
  const findings: Finding[] = []
  if (mode === 'merge' && key === undefined) {
    const remedy = 'Say what tells rows apart: "key: permit_id", or "key: [term, permit_id]".'
    findings.push({ path, at: 'key', problem: '"merge" needs a "key".', remedy })
  }
  const unused = [...(mode === 'append' ? ['key'] : []), ...(mode === 'replace' ? [] : ['shrinkRatio'])]
  for (const option of unused.filter((name) => childOf(load, name) !== undefined)) {
    findings.push({ path: [...path, option], at: 'key', problem: `"${option}" has no effect with "${mode}".`, remedy: 'Take it out.' })
  }
  const columns = itemsOf(key).map((item, i) => ({ text: textOf(item), path: [...path, 'key', ...(Array.isArray(key?.value) ? [i] : [])] }))
  return [...findings, ...columns.flatMap(({ text, path: at }) => (text === undefined ? [] : unknownColumn(declaredFlow, at, text)))]
}

/** Columns of a declared flow that cannot be made, and what `load` says of them. */
export function checkSelect(root: LocatedNode, declaredFlow: DeclaredFlowEntry): Finding[] {
  const zone = textOf(childOf(declaredFlow.node, 'timezone')) ?? textOf(childOf(childOf(root, 'page'), 'zone')) ?? ''
  const columns = entriesOf(childOf(declaredFlow.node, 'select'))
  const usable = isValidZone(zone) ? zone : 'UTC'
  return [...columns.flatMap(([column, node]) => checkColumn(declaredFlow.name, column, node, usable)), ...checkLoad(declaredFlow)]
}
