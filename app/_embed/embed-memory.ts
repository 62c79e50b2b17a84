import type { EmbedKey } from '#lib/access/token-use.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import type { Embed } from '#lib/queries/embeds/embed.ts'
import type { PageAccess } from '#lib/queries/shared/page-access.ts'
import { Remembered } from './remembered.ts'

/** Who reads the page and who may frame it, looked up at most so often. */
const PAGE_MS = 2 * SECOND_MS
/** A key that was ended elsewhere than in this process is taken for so long. */
const KEY_MS = SECOND_MS
/** How something stands is looked up anew when something changes; when nothing is told, at most so often. */
const SHOWN_MS = 15 * SECOND_MS

/** What of the page decides who is shown what, and where. */
export interface EmbedPage {
  access: PageAccess
  /** The origins that may frame an embed. */
  origins: readonly string[]
}

/** What a web process remembers for embeds: a badge that thousands look at costs no question to the database each. */
export interface EmbedMemory {
  page: Remembered<EmbedPage>
  keys: Remembered<EmbedKey | null>
  shown: Remembered<Embed | null>
  /** As last known, for when nothing can be looked up. */
  origins: readonly string[]
}

/** The memory of a process that was asked for nothing yet. */
export function embedMemory(clock: Pick<Clock, 'now'>): EmbedMemory {
  return { page: new Remembered(clock, PAGE_MS), keys: new Remembered(clock, KEY_MS), shown: new Remembered(clock, SHOWN_MS), origins: [] }
}
