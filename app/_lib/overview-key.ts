import { may } from '#lib/domain/access/actions.ts'
import { type Actor, visitor } from '#lib/domain/access/actor.ts'

/** Where the overview is rendered; only this process itself may ask. */
export const OVERVIEW_PATH = '/overview'

/** The header that says for whom. */
export const READER_HEADER = 'x-tidemark-reader'

export const READER_KINDS = ['public', 'member', 'admin'] as const

/** What somebody is to the overview: nobody known, somebody who signed in, somebody who has a part of the administration. It is what the masthead goes by. */
export type ReaderKind = (typeof READER_KINDS)[number]

/** Whom the overview looks the same to, who they are and what they see: `public`, `public:everybody`, `member:finance`, `admin`. Without an audience they see everything. */
export type OverviewKey = ReaderKind | `${ReaderKind}:${string}`

/** What somebody is to the masthead. */
export function readerKind(actor: Pick<Actor, 'kind' | 'role'>): ReaderKind {
  if (actor.kind === 'visitor') return 'public'
  return may(actor, 'window.open') ? 'admin' : 'member'
}

/** Who the page being rendered is for; null where nobody in particular asks. */
export function readerHere(): ReaderKind | null {
  const asking = globalThis.tidemarkWebProcess?.asking.getStore()
  return asking === undefined ? null : readerKind(asking.actor)
}

/** The key of the overview that somebody is shown. */
export function overviewKey(actor: Pick<Actor, 'kind' | 'role' | 'audience'>): OverviewKey {
  return actor.audience === null ? readerKind(actor) : `${readerKind(actor)}:${actor.audience}`
}

/** Whom a key is of: what they are and see. */
export function readersOf(key: OverviewKey): { kind: ReaderKind; actor: Actor } {
  const [, word, audience] = /^(\w+)(?::(.*))?$/s.exec(key) ?? []
  return { kind: READER_KINDS.find((kind) => kind === word) ?? 'public', actor: visitor(audience ?? null) }
}

/** A key as a header carries it. */
export function writeOverviewKey(key: OverviewKey): string {
  return encodeURIComponent(key)
}

/** The key in a header that this process wrote; null for anything else. */
export function readOverviewKey(text: string | null): OverviewKey | null {
  const key = decodeURIComponent(text ?? '')
  return isKey(key) ? key : null
}

function isKey(key: string): key is OverviewKey {
  return READER_KINDS.some((kind) => key === kind || key.startsWith(`${kind}:`))
}
