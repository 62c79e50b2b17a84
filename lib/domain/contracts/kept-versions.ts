import type { Instant } from '#lib/domain/time/instant.ts'

/** A version of a contract as its address served it. */
export interface KeptVersion {
  version: string
  text: string
  /** When it took the place of another; null: it was the first one. */
  seenAt: Instant | null
  /** From when on it says that it holds; null: it does not say. */
  fromAt: Instant | null
}

const VERSIONS_MAX = 10
const CHARACTERS_MAX = 1_000_000

/**
 * The versions of an address with the one that it serves now, last. Those that held stay, so that each appears with its day; one that never came to hold is
 * withdrawn when another is served instead.
 */
export function keepVersion(
  kept: readonly KeptVersion[],
  served: Pick<KeptVersion, 'version' | 'text' | 'fromAt'>,
  now: Instant,
): KeptVersion[] {
  const last = kept.at(-1)
  if (last?.version === served.version) return [...kept.slice(0, -1), { ...served, seenAt: last.seenAt }]
  const held = kept.filter(({ version, fromAt }) => version !== served.version && (fromAt === null || fromAt <= now))
  const versions = [...held.slice(1 - VERSIONS_MAX), { ...served, seenAt: last === undefined ? null : now }]
  while (versions.length > 1 && versions.reduce((sum, { text }) => sum + text.length, 0) > CHARACTERS_MAX) versions.shift()
  return versions
}
