import { childOf, itemsOf, type LocatedNode, nodeAt, textOf } from '#lib/catalogue/parse/node.ts'
import type { Outline, OutlineEntry } from '#lib/catalogue/parse/outline.ts'
import { AUDIENCES_MAX } from '#lib/catalogue/schema/people.ts'
import { EVERYBODY } from '#lib/domain/access/access-rules.ts'
import { type Finding, unknownName, wrongKey, wrongValue } from './finding.ts'

/** Names that mean something of their own wherever an audience is named. */
const TAKEN: ReadonlySet<string> = new Set([EVERYBODY, 'public', 'all'])

/** A text of a list, and the part of the catalogue it stands in. */
interface Named {
  text: string
  node: LocatedNode
  within: string
}

function namedIn(node: LocatedNode | undefined, within: string): Named[] {
  return itemsOf(node).flatMap((item) => {
    const text = textOf(item)
    return text === undefined ? [] : [{ text, node: item, within }]
  })
}

function checkName({ key, path }: OutlineEntry): Finding[] {
  if (!TAKEN.has(key.toLowerCase())) return []
  return [wrongKey(path, `An audience cannot be called "${key}": that means something of its own.`, 'Choose another name.')]
}

function checkGroups(audience: OutlineEntry, known: readonly string[]): Finding[] {
  const named = namedIn(childOf(audience.node, 'groups'), audience.key)
  const otherwise = 'Declare it under "groups".'
  return named.flatMap(({ text, node }, i) => {
    if (!known.includes(text)) return [unknownName(node.path, 'service group', text, known, otherwise)]
    const isAgain = named.slice(0, i).some((before) => before.text === text)
    return isAgain ? [wrongValue(node.path, `"${text}" is already named in "${audience.key}".`, 'Take one of them out.')] : []
  })
}

/** Of rules that are asked in their order, who is named in an earlier one never reaches a later one. */
function checkReached(named: readonly Named[], keyOf: (text: string) => string): Finding[] {
  const first = new Map<string, Named>()
  return named.flatMap((again) => {
    const key = keyOf(again.text)
    const before = first.get(key)
    if (before === undefined) {
      first.set(key, again)
      return []
    }
    const { file, line } = before.node.valueAt
    const problem = `"${again.text}" is already named for ${before.within} (${file}, line ${line}), and the first that fits counts.`
    return [wrongValue(again.node.path, problem, 'Take one of them out.')]
  })
}

function checkFor(rules: readonly { node: LocatedNode; words: string }[], hasOidc: boolean): Finding[] {
  const fors = rules.map(({ node, words }) => ({ node: childOf(node, 'for'), words }))
  const empty = fors.flatMap(({ node }) => {
    if (node === undefined || (node.value instanceof Map ? node.value.size > 0 : node.value !== null)) return []
    return [wrongKey(node.path, '"for" names nobody.', 'Write { oidc: [group], people: [somebody@example.edu] }, or take it out.')]
  })
  const all = (what: string) => fors.flatMap(({ node, words }) => namedIn(childOf(node, what), words))
  const unsigned = hasOidc
    ? []
    : fors.flatMap(({ node }) => {
        const groups = childOf(node, 'oidc')
        const remedy = 'Add "people: { oidc: { issuer: https://…, clientId: … } }", or name people.'
        return groups === undefined ? [] : [wrongKey(groups.path, 'Nobody signs in by OpenID Connect, so nobody has such groups.', remedy)]
      })
  return [
    ...empty,
    ...unsigned,
    ...checkReached(all('oidc'), (group) => group),
    ...checkReached(all('people'), (email) => email.toLowerCase()),
  ]
}

/** Audiences and roles: groups that are not there, names that are taken, rules for nobody and rules that nobody reaches. */
export function checkAudiences({ root, groups, audiences }: Outline): Finding[] {
  const known = groups.map(({ key }) => key)
  const hasOidc = nodeAt(root, ['people', 'oidc']) !== undefined
  const roles = itemsOf(nodeAt(root, ['people', 'roles'])).map((node) => ({
    node,
    words: `the role ${textOf(childOf(node, 'role')) ?? 'before'}`,
  }))
  const [beyond] = audiences.slice(AUDIENCES_MAX)
  const tooMany = `There are ${audiences.length} audiences, and there can be at most ${AUDIENCES_MAX}.`
  return [
    ...(beyond === undefined ? [] : [wrongKey(beyond.path, tooMany, 'Join some whose readers may see the same.')]),
    ...audiences.flatMap((audience) => [...checkName(audience), ...checkGroups(audience, known)]),
    ...checkFor(
      audiences.map(({ key, node }) => ({ node, words: `the audience "${key}"` })),
      hasOidc,
    ),
    ...checkFor(roles, hasOidc),
  ]
}
