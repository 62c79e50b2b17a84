import { patternProblem } from '#lib/catalogue/adopt/name-pattern.ts'
import { fitsGlob } from '#lib/catalogue/adopt/path-glob.ts'
import { textAt } from '#lib/catalogue/parse/node.ts'
import type { Outline, OutlineEntry } from '#lib/catalogue/parse/outline.ts'
import { type Finding, unknownName, wrongValue } from './finding.ts'

const HOW = 'Write <connection>/<path>, such as "looker/**".'

function checkFrom({ key, path }: OutlineEntry, connections: readonly string[]): Finding[] {
  if (key === '') return []
  const [connection = '', ...rest] = key.split('/')
  const at = [...path, 'from']
  if (rest.length === 0 || connection === '') return [wrongValue(at, `"${key}" is about no connection.`, HOW)]
  if (connections.some((known) => fitsGlob(connection, known))) return []
  return [unknownName(at, 'connection', connection, connections, 'Declare it under "connections".')]
}

function checkPatterns({ path, node }: OutlineEntry): Finding[] {
  return ['group', 'feed', 'owner'].flatMap((part) => {
    const problem = patternProblem(textAt(node, part) ?? '')
    return problem === null
      ? []
      : [wrongValue([...path, part], `"${part}" ${problem}.`, 'Write the name of a label between braces: "{folder}".')]
  })
}

/** Rules of `adopt` that can take nothing, whatever is found. */
export function checkAdopt({ adopt, connections }: Outline): Finding[] {
  const known = connections.map(({ key }) => key)
  return adopt.flatMap((rule) => [...checkFrom(rule, known), ...checkPatterns(rule)])
}
