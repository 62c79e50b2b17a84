import { childOf, entriesOf, itemsOf, type LocatedNode, textAt, textOf } from '#lib/catalogue/parse/node.ts'
import type { Outline } from '#lib/catalogue/parse/outline.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { isReference } from '#lib/catalogue/schema/document.ts'
import { CHANNEL_KEYS } from '#lib/catalogue/schema/messages.ts'
import { checkPart } from './check-settings.ts'
import { type Finding, unknownName, wrongKey, wrongValue } from './finding.ts'

/** Receivers that have these names already: those of `tell`, and people who get letters. */
const TAKEN: ReadonlySet<string> = new Set(['email', 'webhook', 'letter'])

function checkChannel([key, node]: [string, LocatedNode], { root }: Outline, contracts: CatalogueContracts): Finding[] {
  const { path } = node
  const kinds = contracts.channels ?? new Map()
  const taken = TAKEN.has(key.toLowerCase())
    ? [wrongKey(path, `A channel cannot be called "${key}": that means something of its own.`, 'Choose another name, such as data-team.')]
    : []
  const kind = textAt(node, 'kind')
  const contract = kinds.get(kind ?? '')
  if (kind === undefined) return taken
  if (contract === undefined)
    return [...taken, unknownName([...path, 'kind'], 'kind of channel', kind, kinds.keys(), 'No channel is installed.')]
  return [...taken, ...checkPart({ root, path, schema: contract.settings, ours: CHANNEL_KEYS }), ...inClear(node, contract.secrets ?? [])]
}

/** Settings that are a secret whatever they look like: who knows such an address writes to it. */
function inClear(node: LocatedNode, secrets: readonly string[]): Finding[] {
  return secrets.flatMap((key) => {
    const text = textAt(node, key)
    if (text === undefined || text === '' || isReference(text)) return []
    const problem = `"${key}" is a secret written in clear: whoever knows it can write to this channel.`
    return [
      wrongValue([...node.path, key], problem, `Put the value into .env and write "\${NAME}" here, or "file:/path" to a secret file.`),
    ]
  })
}

interface Known {
  channels: readonly string[]
  groups: readonly string[]
  feeds: readonly string[]
  owners: readonly string[]
  /** What rules take over is not known here. */
  isWhole: boolean
}

function checkRoute(route: LocatedNode, known: Known): Finding[] {
  const named = (key: string) =>
    itemsOf(childOf(route, key)).flatMap((node) => (textOf(node) === undefined ? [] : [{ node, text: textOf(node) ?? '' }]))
  const unknown = (key: string, what: string, all: readonly string[], otherwise: string) =>
    named(key).flatMap(({ node, text }) => (all.includes(text) ? [] : [unknownName(node.path, what, text, all, otherwise)]))
  const events = named('events')
  const turns = events.find(({ text }) => text === 'feeds')
  const isTwice = turns !== undefined && events.some(({ text }) => text === 'incidents')
  const twice = 'A receiver gets either incidents or the turns of feeds, never both for the same.'
  return [
    ...unknown('to', 'channel', known.channels, 'Declare it: "channels: { data-team: { kind: slack, url: \\"${SLACK_URL}\\" } }".'),
    ...(known.isWhole ? unknown('groups', 'service group', known.groups, 'Declare it under "groups".') : []),
    ...(known.isWhole ? unknown('feeds', 'feed', known.feeds, 'Declare it in a group, under "feeds".') : []),
    ...(known.isWhole ? unknown('owners', 'owner', known.owners, 'Name the owner that stands at a feed.') : []),
    ...(isTwice ? [wrongValue(turns.node.path, twice, 'Take "feeds" or "incidents" out, or write a route for each.')] : []),
    ...(childOf(route, 'remind') !== undefined && turns !== undefined
      ? [
          wrongKey(
            [...route.path, 'remind'],
            'Reminders are of incidents, and this route tells of the turns of feeds.',
            'Take "remind" out.',
          ),
        ]
      : []),
  ]
}

const CONDITIONS = ['groups', 'feeds', 'owners', 'severity', 'place']

/** Of routes that are asked in their order, whoever one without conditions leads to never reaches a later one. */
function checkReached(routes: readonly LocatedNode[]): Finding[] {
  const ended = new Map<string, LocatedNode>()
  return routes.flatMap((route) => {
    const to = itemsOf(childOf(route, 'to')).flatMap((node) => ({ node, text: textOf(node) ?? '' }))
    const again = to.flatMap(({ node, text }) => {
      const before = ended.get(text)
      if (before === undefined) return []
      const { file, line } = before.valueAt
      const problem = `"${text}" is already told everything by a route before this one (${file}, line ${line}), and the first that fits counts.`
      return [wrongValue(node.path, problem, 'Put this route before that one, or take it out.')]
    })
    if (CONDITIONS.every((key) => childOf(route, key) === undefined))
      for (const { text } of to) if (!ended.has(text)) ended.set(text, route)
    return again
  })
}

/** Channels and routes: kinds, channels, groups, feeds and owners that are not there, settings that do not fit, secrets in clear, routes that nobody reaches. */
export function checkMessages(outline: Outline, contracts: CatalogueContracts): Finding[] {
  const channels = entriesOf(childOf(outline.root, 'channels'))
  const routes = itemsOf(childOf(outline.root, 'routes'))
  const known: Known = {
    channels: channels.map(([key]) => key),
    groups: outline.groups.map(({ key }) => key),
    feeds: outline.feeds.map(({ key }) => key),
    owners: [...new Set(outline.feeds.flatMap(({ node }) => textAt(node, 'owner') ?? []))],
    isWhole: outline.adopt.length === 0,
  }
  return [
    ...channels.flatMap((channel) => checkChannel(channel, outline, contracts)),
    ...routes.flatMap((route) => checkRoute(route, known)),
    ...checkReached(routes),
  ]
}

/** Channels that no route leads to: nothing is ever sent there. */
export function remarkChannels({ root }: Outline): Finding[] {
  const named = new Set(
    itemsOf(childOf(root, 'routes')).flatMap((route) => itemsOf(childOf(route, 'to')).flatMap((node) => textOf(node) ?? [])),
  )
  return entriesOf(childOf(root, 'channels')).flatMap(([key, { path }]) => {
    if (named.has(key)) return []
    return [wrongKey(path, `No route leads to the channel "${key}", so nothing is sent there.`, `Add "routes: [{ to: ${key} }]".`)]
  })
}
