/** A column of an asset, as far as anybody told of it. */
export interface KnownColumn {
  name: string
  type: string | null
  description: string | null
}

/** Who knows the columns of an asset: whoever looks at the thing itself, else whoever told of it last. */
export interface KnownColumns {
  columns: readonly KnownColumn[]
  toldBy: 'discovery' | 'push' | null
  /** There may be others. */
  areInPart: boolean
}

/** What is known of an asset's columns; what discovery sees is the whole truth about them, or `isInPart`. */
export function knownColumns(
  discovered: readonly KnownColumn[] | null,
  pushed: readonly KnownColumn[] | null,
  isInPart = false,
): KnownColumns {
  if (discovered !== null && discovered.length > 0) return { columns: discovered, toldBy: 'discovery', areInPart: isInPart }
  if (pushed !== null && pushed.length > 0) return { columns: pushed, toldBy: 'push', areInPart: false }
  return { columns: [], toldBy: null, areInPart: false }
}
