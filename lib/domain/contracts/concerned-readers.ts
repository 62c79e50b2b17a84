/** A feed that is made from an asset, the nearest other than its own. */
export interface ReadingFeed {
  key: string
  name: string
  group: { key: string; name: string }
  owner: string | null
  /** Which of its assets come first on the way there. */
  assetIds: readonly number[]
}

/** A reader that a contract names, and what that is in the catalogue. */
export interface NamedReader {
  name: string
  /** null: nothing that is seen is called so. */
  subject: { kind: 'group' | 'feed' | 'asset'; key: string } | null
  group: { key: string; name: string } | null
  owners: readonly string[]
  /** Which of the assets asked about are of that, or of an owner of that name. */
  assetIds: readonly number[]
}

/** Somebody whom a broken contract concerns, although nothing of theirs is held back: a feed that reads what it is about, or whom it names. */
export interface ConcernedReader extends Omit<NamedReader, 'assetIds'> {
  /** Known by the contract, by lineage, or by both. */
  isNamed: boolean
  isBelow: boolean
}

/** Whom a broken contract concerns, each once, feeds first: without what is held back (by the keys of feeds), which is told already. */
export function concernedReaders(
  below: readonly ReadingFeed[],
  named: readonly NamedReader[],
  held: ReadonlySet<string>,
): ConcernedReader[] {
  const feeds = [...Map.groupBy(below, ({ key }) => key).values()]
    .flatMap(([first, ...same]) =>
      first === undefined ? [] : { ...first, assetIds: [first, ...same].flatMap(({ assetIds }) => assetIds) },
    )
    .filter(({ key }) => !held.has(key))
    .map(
      ({ key, name, group, owner, assetIds }): ConcernedReader => ({
        ...{ name, subject: { kind: 'feed', key }, group, owners: owner === null ? [] : [owner] },
        ...{ isNamed: named.some((reader) => reader.assetIds.some((id) => assetIds.includes(id))), isBelow: true },
      }),
    )
  const known = new Set(below.flatMap(({ assetIds }) => assetIds))
  const others = named.filter(
    ({ subject, assetIds }) => !assetIds.some((id) => known.has(id)) && !(subject?.kind === 'feed' && held.has(subject.key)),
  )
  return [...feeds, ...others.map(({ assetIds: _, ...reader }) => ({ ...reader, isNamed: true, isBelow: false }))]
}
