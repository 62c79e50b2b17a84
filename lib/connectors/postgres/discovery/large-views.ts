import type { Draft } from './draft.ts'
import type { Proposed } from './whole-copy.ts'

/** A view whose past was not read although its newest value was. */
function isUnread({ relation, plan, failed, rhythm, choice }: Draft): boolean {
  return relation.kind === 'v' && plan.once && failed === null && rhythm === null && choice !== null
}

/** What a view is made from that has the same time column; through other views as well. */
function sourcesOf({ relation, choice }: Draft, byOid: ReadonlyMap<number, Proposed>): Proposed[] {
  const seen = new Set([relation.oid])
  const waiting = relation.upstream.filter(({ hint }) => hint === 'view').map(({ oid }) => oid)
  const sources: Proposed[] = []
  for (let oid = waiting.pop(); oid !== undefined; oid = waiting.pop()) {
    const source = byOid.get(oid)
    if (source === undefined || seen.has(oid)) continue
    seen.add(oid)
    if (isUnread(source.draft)) waiting.push(...source.draft.relation.upstream.map((edge) => edge.oid))
    else if (source.draft.choice?.column === choice?.column) sources.push(source)
  }
  return sources
}

/** A view too large to be read for its past is promised what the one table is whose time column it shows. */
export function asTheirSources(proposed: readonly Proposed[]): Proposed[] {
  const byOid = new Map(proposed.map((one) => [one.draft.relation.oid, one]))
  return proposed.map((one) => {
    const [source, ...others] = isUnread(one.draft) ? sourcesOf(one.draft, byOid) : []
    if (source === undefined || others.length > 0) return one
    const { schema, name } = source.draft.relation
    const because = `As ${schema}.${name}, whose ${one.draft.choice?.column} it shows: ${source.policy.because}`
    return { draft: one.draft, policy: { input: source.policy.input, because } }
  })
}
