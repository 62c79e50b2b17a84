/** The kinds of what the catalogue holds, as a list shows them: the wider before what lies in it. */
export const ENTRY_KINDS = ['group', 'feed', 'source', 'table', 'consumer', 'flow', 'connection'] as const
export type EntryKind = (typeof ENTRY_KINDS)[number]

/** What the lineage is made of. */
export const ASSET_KINDS: readonly EntryKind[] = ['source', 'table', 'consumer']

/** How contracts can be asked for: all; that are kept; that are broken; of which a version begins or ends. One may be in several. */
export const CONTRACT_STATES = ['any', 'kept', 'broken', 'changing'] as const
export type ContractState = (typeof CONTRACT_STATES)[number]

/** In the catalogue; found behind a connection and not taken over; shown by its system no more. */
export const ENTRY_STATES = ['adopted', 'found', 'gone'] as const
export type EntryState = (typeof ENTRY_STATES)[number]
