/** The kinds of what the catalogue holds, as a list shows them: the wider before what lies in it. */
export const ENTRY_KINDS = ['group', 'feed', 'source', 'table', 'consumer', 'flow', 'connection'] as const
export type EntryKind = (typeof ENTRY_KINDS)[number]

/** What the lineage is made of. */
export const ASSET_KINDS: readonly EntryKind[] = ['source', 'table', 'consumer']

/** In the catalogue; found behind a connection and not taken over; shown by its system no more. */
export const ENTRY_STATES = ['adopted', 'found', 'gone'] as const
export type EntryState = (typeof ENTRY_STATES)[number]
