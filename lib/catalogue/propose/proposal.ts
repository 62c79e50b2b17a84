import { stringify } from 'yaml'
import { findCycles } from '#lib/catalogue/resolve/lineage.ts'
import { keyInWords } from '#lib/catalogue/resolve/resolve.ts'
import { isAssetKey } from '#lib/domain/lineage/asset-key.ts'
import { isShownText, toShownText } from '#lib/domain/values/shown-text.ts'
import { counted } from '#lib/domain/wording/numbers.ts'
import { type FoundAsset, feedsOf, lastPart, type ProposedFeed, type ProposedGroup, type TakenKeys } from './proposal-groups.ts'

export interface ProposalInput {
  /** Null: it stands in the catalogue already. */
  page: { name: string; zone: string } | null
  /** `settings` with references in place of secrets, null when the connection stands in the catalogue already; `note` is written above it. */
  connection: { key: string; kind: string; settings: Record<string, unknown> | null; note: string | null }
  /** What is proposed begins with the connection's key, so that proposals stand in one folder without a collision. */
  prefixed?: boolean
  /** What stands in the catalogue already: assets are left out, keys are not given twice, groups are joined. */
  existing?: TakenKeys & { assets: ReadonlySet<string> }
  assetKind: 'source' | 'table' | 'consumer'
  found: readonly FoundAsset[]
}

const NOTHING_KNOWN = {
  input: { kind: 'none' },
  because: 'Nothing there tells how often it is to be new, so it is watched and not judged.',
}
const COMMENT_WIDTH = 100

function inline(value: unknown): string {
  // Alone, a text such as "..." becomes a block of lines; as the one member of a list it does not.
  return stringify([value], { collectionStyle: 'flow', lineWidth: 0 }).trimEnd().slice(2, -2)
}

/** Comment lines of a sentence, broken where they get long. */
function comment(text: string, indent: number): string[] {
  const lines: string[] = []
  for (const word of toShownText(text).split(/\s+/)) {
    const line = lines.at(-1)
    if (line === undefined || line.length + word.length >= COMMENT_WIDTH) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines.map((line) => `${' '.repeat(indent)}# ${line}`)
}

const policyOf = (asset: FoundAsset) => asset.policy ?? NOTHING_KNOWN

/** The policy all assets of a feed share, so that it is written once; its reason too when they share that. */
function sharedPolicy(feed: ProposedFeed): { input: Record<string, unknown>; because: string | null } | null {
  const [first, ...others] = feed.assets.map(policyOf)
  if (first === undefined || others.some((policy) => inline(policy.input) !== inline(first.input))) return null
  return { input: first.input, because: others.every((policy) => policy.because === first.because) ? first.because : null }
}

interface Writer {
  input: ProposalInput
  from: ReadonlyMap<string, string[]>
}

/** Whether the name tells people more than the path does. */
function saysMore({ name, path }: FoundAsset): boolean {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
  return name.trim() !== '' && ![plain(path), plain(lastPart(path))].includes(plain(name))
}

function writeAsset({ input, from }: Writer, asset: FoundAsset, shared: ReturnType<typeof sharedPolicy>): string[] {
  const upstream = from.get(asset.path) ?? []
  const settings = {
    ...(saysMore(asset) ? { name: asset.name } : {}),
    ...(asset.kind !== input.assetKind ? { kind: asset.kind } : {}),
    ...(upstream.length > 0 ? { from: upstream.length === 1 ? upstream[0] : upstream } : {}),
    ...asset.settings,
    ...(shared === null ? { policy: policyOf(asset).input } : {}),
  }
  const refersTo = asset.upstream.flatMap((u) => (u.hint === 'foreign-key' && u.path !== undefined ? [u.path] : []))
  const hint =
    refersTo.length > 0 ? comment(`Refers to ${[...new Set(refersTo)].join(', ')}; if it is made from it, add it to "from".`, 10) : []
  const because = shared === null || shared.because === null ? comment(policyOf(asset).because, 10) : []
  return [...because, ...hint, `          ${inline(`${input.connection.key}/${asset.path}`)}: ${inline(settings)}`]
}

function writeFeed(writer: Writer, feed: ProposedFeed): string[] {
  const shared = sharedPolicy(feed)
  return [
    `      ${feed.key}:`,
    `        name: ${inline(feed.name)}`,
    ...(shared === null || shared.because === null ? [] : comment(shared.because, 8)),
    ...(shared === null ? [] : [`        policy: ${inline(shared.input)}`]),
    '        assets:',
    ...feed.assets.flatMap((asset) => writeAsset(writer, asset, shared)),
  ]
}

function writeGroup(writer: Writer, group: ProposedGroup): string[] {
  const name = group.isNew ? [`    name: ${inline(group.name)}`] : []
  return [`  ${group.key}:`, ...name, '    feeds:', ...group.feeds.flatMap((feed) => writeFeed(writer, feed))]
}

/** What views and the like are made from, as far as it was found too and does not run in a circle. */
function upstreamOf(found: readonly FoundAsset[], connection: string): Map<string, string[]> {
  const known = new Set(found.map((asset) => asset.path))
  const edges = found.flatMap((asset) =>
    asset.upstream.flatMap(({ path: to, hint }) =>
      hint === 'foreign-key' || to === undefined || !known.has(to) || to === asset.path ? [] : [{ from: asset.path, to }],
    ),
  )
  const circular = new Set(findCycles([...known], edges).flat())
  const kept = edges.filter((edge) => !circular.has(edge.from))
  const upstream = new Map<string, string[]>()
  for (const { from, to } of kept) upstream.set(from, [...new Set([...(upstream.get(from) ?? []), `${connection}/${to}`])])
  return upstream
}

function writePage(page: ProposalInput['page']): string[] {
  if (page === null) return []
  return [
    'access: private # "public" lets everybody on the network see the page',
    `page: { name: ${inline(page.name)}, zone: ${page.zone}, readyBy: "08:00" }`,
    '',
  ]
}

function writeConnection({ key, kind, settings, note }: ProposalInput['connection']): string[] {
  if (settings === null) return []
  return ['connections:', ...(note === null ? [] : comment(note, 2)), `  ${key}: ${inline({ kind, ...settings })}`, '']
}

function writeHead({ page, connection }: ProposalInput, count: number, skipped: readonly string[]): string[] {
  const beside = connection.settings === null ? ' It goes beside the catalogue, into its folder; or its feeds into the file.' : ''
  return [
    '# yaml-language-server: $schema=./tidemark.schema.json',
    ...comment(
      `Proposed by "tidemark discover" from ${counted(count, 'asset')} it found. Check names, owners and promises: a reason stands above each promise.${beside}`,
      0,
    ),
    ...(skipped.length > 0
      ? comment(
          `Left out, because no catalogue holds such names, of theirs or of their columns: ${skipped.map((path) => JSON.stringify(path)).join(', ')}.`,
          0,
        )
      : []),
    ...writePage(page),
    ...writeConnection(connection),
  ]
}

/** Whether a catalogue takes its key, and the names in its settings, as they are. */
export function isWritable(connection: string, { path, settings }: Pick<FoundAsset, 'path' | 'settings'>): boolean {
  return isAssetKey(`${connection}/${path}`) && Object.values(settings).every((value) => typeof value !== 'string' || isShownText(value))
}

const NOTHING_EXISTS = { groups: new Set<string>(), feeds: new Set<string>(), assets: new Set<string>() }

/** A whole catalogue for what was found, or what is new beside one, in YAML that people can read and go on with: with the reason for every promise. */
export function proposeCatalogue(input: ProposalInput): string {
  const { key } = input.connection
  const { assets: watched, ...taken } = input.existing ?? NOTHING_EXISTS
  const distinct = [...new Map(input.found.map((asset) => [asset.path, asset])).values()]
  const usable = distinct.filter((asset) => isWritable(key, asset)).map((asset) => ({ ...asset, name: toShownText(asset.name) }))
  const skipped = distinct.filter((asset) => !isWritable(key, asset)).map((asset) => asset.path)
  const added = usable.filter((asset) => !watched.has(`${key}/${asset.path}`))
  const writer: Writer = { input, from: upstreamOf(usable, key) }
  const groups = feedsOf(added, { inWords: keyInWords, prefix: input.prefixed === true ? key : null, taken })
  const nothing = usable.length > 0 ? 'groups: {} # all that was found is watched already' : 'groups: {} # nothing was found'
  const body = groups.length === 0 ? [nothing] : ['groups:', ...groups.flatMap((group) => writeGroup(writer, group))]
  return `${[...writeHead(input, added.length, skipped), ...body].join('\n')}\n`
}
