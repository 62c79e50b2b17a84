import { childOf, type DocumentPath, itemsOf, textAt } from '#lib/catalogue/parse/node.ts'
import type { Outline, OutlineEntry } from '#lib/catalogue/parse/outline.ts'
import { placeOfFiles } from '#lib/catalogue/resolve/triggers.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { type Finding, wrongValue } from '../finding.ts'
import { isWithin, placesIn, type WhereIs } from './check-trigger-loops.ts'

/** Files that are waited for, and the table in which they land. */
interface Waiting {
  path: DocumentPath
  written: string
  source: string
  where: string
  match: string | undefined
  into: string
}

/** A file is known by its connection: one place that is waited for by two of them has its files twice in a table. */
export function remarkLandedTwice(outline: Outline, contracts: CatalogueContracts): Finding[] {
  const whereIs = placesIn(outline, contracts)
  const waiting = outline.flows.flatMap((flow) => waitingIn(flow, whereIs))
  return waiting.flatMap((one, at) => {
    const other = waiting.slice(0, at).find((before) => mayBeSame(before, one))
    if (other === undefined) return []
    const problem = `"${other.written}" and "${one.written}" are one place over two connections: a file that both tell of lands twice in "${one.into}".`
    return [wrongValue(one.path, problem, `Wait for the files of a place over one connection, or let "match" tell them apart.`)]
  })
}

function waitingIn({ node }: OutlineEntry, whereIs: WhereIs): Waiting[] {
  const into = textAt(node, 'land', 'into')
  if (into === undefined) return []
  return itemsOf(childOf(node, 'on')).flatMap((trigger) => {
    const written = textAt(trigger, 'file')
    if (written === undefined) return []
    const { source } = placeOfFiles(written)
    return [{ path: [...trigger.path, 'file'], written, source, where: whereIs(written), match: textAt(trigger, 'match'), into }]
  })
}

function mayBeSame(a: Waiting, b: Waiting): boolean {
  if (a.into !== b.into || a.source === b.source) return false
  const isOnePlace = isWithin(a.where, b.where) || isWithin(b.where, a.where)
  return isOnePlace && (a.match === b.match || a.match === undefined || b.match === undefined)
}
