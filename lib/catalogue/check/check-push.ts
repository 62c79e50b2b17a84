import { textAt } from '#lib/catalogue/parse/node.ts'
import type { Outline } from '#lib/catalogue/parse/outline.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { type Finding, wrongKey, wrongValue } from './finding.ts'

/** Connections that are told of: those that would be told the same, since of two nobody could say whose a run is, and those whose namespace cannot be kept. */
export function checkPush(outline: Outline, { connectors }: CatalogueContracts): Finding[] {
  const pushed = outline.connections.filter(({ node }) => connectors.get(textAt(node, 'kind') ?? '')?.asksNobody === true)
  return [...pushed.flatMap(checkPlain), ...checkApart(pushed)]
}

type Pushed = Outline['connections'][number]

/** What may hold a secret is kept nowhere, and so nothing would be told under it. */
function checkPlain({ path, node }: Pushed): Finding[] {
  const namespace = textAt(node, 'namespace') ?? ''
  if (!/\$\{|^file:|\/\/[^/@]*@/.test(namespace)) return []
  return [
    wrongValue(
      [...path, 'namespace'],
      'The namespace looks like a reference or holds a user.',
      'Write it as it is sent, without either; else have the sender use another one.',
    ),
  ]
}

function checkApart(pushed: readonly Pushed[]): Finding[] {
  return pushed.flatMap(({ key, path, node }, at): Finding[] => {
    const namespace = textAt(node, 'namespace')
    const first = pushed.slice(0, at).find((other) => textAt(other.node, 'namespace') === namespace)
    if (first === undefined) return []
    const what = namespace === undefined ? 'every namespace that no other connection names' : `the namespace "${namespace}"`
    return [
      wrongKey(
        path,
        `"${first.key}" and "${key}" are both told of ${what}.`,
        'Give each a "namespace" of its own; one of them may be without.',
      ),
    ]
  })
}
