import { type EarlierFiles, type FileState, type InboxFile, type LandedCounts, NO_EARLIER_FILES } from '#lib/domain/files/inbox-file.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A file that a run has in its hands: nobody else carries it over. */
export interface TakenFile {
  id: string
  /** How often it was tried, this time included. */
  tries: number
  file: InboxFile
}

/** Those that wait, or those that an earlier attempt of the run had in its hands when its worker was lost. */
export type TakenFrom = 'waiting' | 'left over'

/** What came of a file; `isFinal`: another try would end the same way; `isGone`: its store does not have that version. */
export type FileEnd = { kind: 'landed'; counts: LandedCounts } | { kind: 'not-landed'; reason: string; isFinal: boolean; isGone: boolean }

/** The inbox of a flow, as one attempt of a run has it. */
export interface FlowInbox {
  /** Takes files, at most so many, the longest waiting first; without `only` first what is left over. */
  take(most: number, only?: TakenFrom): Promise<TakenFile[]>
  /** Says what came of a file, and answers what that makes of it; undefined: it is in other hands by now. */
  settle(file: TakenFile, end: FileEnd): Promise<FileState | undefined>
  /** Gives files back that were not tried to their end. */
  giveBack(files: readonly TakenFile[]): Promise<void>
  countWaiting(): Promise<number>
  /** Lets what landed before an instant wait again, from its first try on; answers how many files. */
  landAgain(landedBefore: Instant): Promise<number>
  /** What became of files in the attempts of this run before; those that this one has taken since are none of them. */
  earlier(): Promise<EarlierFiles>
}

/** Of a flow that waits for no files. */
export const EMPTY_INBOX: FlowInbox = {
  take: async () => [],
  settle: async () => undefined,
  giveBack: async () => {},
  countWaiting: async () => 0,
  landAgain: async () => 0,
  earlier: async () => NO_EARLIER_FILES,
}
