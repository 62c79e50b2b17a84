import { stringify } from 'yaml'
import { isAssetKey } from './asset-key.ts'
import type { FoundAsset } from './catalogue-found.ts'
import { findCycles } from './catalogue-lineage.ts'
import { feedsOf, lastPart, type ProposedFeed, type ProposedGroup } from './catalogue-proposal-groups.ts'
import { keyInWords } from './catalogue-resolve.ts'

export interface ProposalInput {
  page: { name: string; zone: string }
  /** `settings` with references in place of secrets; `note` is written above it. */
  connection: { key: string; kind: string; settings: Record<string, unknown>; note: string | null }
  /** The kind an asset of this connection has anyway. */
  assetKind: 'source' | 'table' | 'consumer'
  found: readonly FoundAsset[]
}

const NOTHING_KNOWN = { input: { kind: 'none' }, because: 'Nothing there tells when it was loaded, so it is watched and not judged.' }
const COMMENT_WIDTH = 100

/** One value on one line, quoted where YAML needs it. */
function inline(value: unknown): string {
  // Alone, a text such as "..." becomes a block of lines; as the one member of a list it does not.
  return stringify([value], { collectionStyle: 'flow', lineWidth: 0 }).trimEnd().slice(2, -2)
}

/** Comment lines of a sentence, broken where they get long. */
function comment(text: string, indent: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
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
  /** Upstream asset keys to declare, per path. */
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
  const refersTo = asset.upstream.filter((u) => u.hint !== 'view').map((u) => u.path)
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
  return [`  ${group.key}:`, `    name: ${inline(group.name)}`, '    feeds:', ...group.feeds.flatMap((feed) => writeFeed(writer, feed))]
}

/** What views and the like are made from, as far as it was found too and does not run in a circle. */
function upstreamOf(found: readonly FoundAsset[], connection: string): Map<string, string[]> {
  const known = new Set(found.map((asset) => asset.path))
  const edges = found.flatMap((asset) =>
    asset.upstream
      .filter((u) => u.hint === 'view' && known.has(u.path) && u.path !== asset.path)
      .map((u) => ({ from: asset.path, to: u.path })),
  )
  const circular = new Set(findCycles([...known], edges).flat())
  const kept = edges.filter((edge) => !circular.has(edge.from))
  const upstream = new Map<string, string[]>()
  for (const { from, to } of kept) upstream.set(from, [...new Set([...(upstream.get(from) ?? []), `${connection}/${to}`])])
  return upstream
}

function writeHead({ page, connection }: ProposalInput, count: number, skipped: readonly string[]): string[] {
  return [
    '# yaml-language-server: $schema=./tidemark.schema.json',
    ...comment(
      `Proposed by "tidemark discover" from ${count} assets it found. Check names, owners and promises: a reason stands above each promise.`,
      0,
    ),
    ...(skipped.length > 0
      ? comment(`Left out, because their names cannot be keys: ${skipped.map((path) => JSON.stringify(path)).join(', ')}.`, 0)
      : []),
    'access: private # "public" lets everybody on the network see the page',
    `page: { name: ${inline(page.name)}, zone: ${page.zone}, readyBy: "08:00" }`,
    '',
    'connections:',
    ...(connection.note === null ? [] : comment(connection.note, 2)),
    `  ${connection.key}: ${inline({ kind: connection.kind, ...connection.settings })}`,
    '',
  ]
}

/** A whole catalogue for what was found, in YAML that people can read and go on with: grouped, with the reason for every promise. */
export function proposeCatalogue(input: ProposalInput): string {
  const distinct = [...new Map(input.found.map((asset) => [asset.path, asset])).values()]
  const usable = distinct.filter((asset) => isAssetKey(`${input.connection.key}/${asset.path}`))
  const skipped = distinct.filter((asset) => !usable.includes(asset)).map((asset) => asset.path)
  const writer: Writer = { input, from: upstreamOf(usable, input.connection.key) }
  const groups = feedsOf(usable, keyInWords)
  const body =
    groups.length === 0 ? ['groups: {} # nothing was found'] : ['groups:', ...groups.flatMap((group) => writeGroup(writer, group))]
  return `${[...writeHead(input, usable.length, skipped), ...body].join('\n')}\n`
}
