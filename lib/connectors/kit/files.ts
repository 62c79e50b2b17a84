import type { Instant } from '#lib/domain/time/instant.ts'

/** A file as its store has it now, or had it in that version. */
export interface StoredFile {
  /** Bucket or container; of a server without such, empty. */
  bucket: string
  /** As the store names it, without a slash at its end. */
  key: string
  /** What tells one content under a key from the next: the store's version id, else ETag without quotes, else length and time. */
  version: string
  bytes: number
  modifiedAt: Instant
}

/** Which file to open; `version` null: the one that is there now. */
export type WantedFile = Pick<StoredFile, 'bucket' | 'key'> & { version: string | null }

export interface OpenedFile {
  file: StoredFile
  /** Its content as it is stored, readable once: whole, or an error. */
  bytes: AsyncIterable<Uint8Array>
}

/** One message of a queue, its body parsed where it is JSON, else as text. */
export interface ToldFiles {
  body: unknown
  /** How often the queue has handed it out, this time included. */
  tries: number
  /** Takes it off the queue. */
  done(): Promise<void>
  /** Lets the queue hand it out again, later each time. */
  giveBack(): Promise<void>
}

/** What sessions of a connector can do that keeps files; `signal` ends one question alone. */
export interface FileSession {
  /** The files below a place, `<bucket>/<prefix>`, page by page; what only marks a folder is left out. */
  files?(where: string, signal?: AbortSignal): AsyncIterable<StoredFile>
  /** Opens a file in that version and no other. Throws `not-found` where that version is gone. */
  openFile?(file: WantedFile, signal?: AbortSignal): Promise<OpenedFile>
  /** Copies a file to `<bucket>/<key>` without fetching it; asked again it leaves the same file there. */
  copyFile?(file: StoredFile, to: string, signal?: AbortSignal): Promise<StoredFile>
  /** The messages that wait in the connection's queue now, each until it is `done` or given back; waits a few seconds for the first. */
  fileMessages?(signal?: AbortSignal): AsyncIterable<ToldFiles>
}

/** What a connector says of files before there is a session. */
export interface FileConnector {
  /** There when its sessions have `files` and `openFile`. */
  keepsFiles?: true
  /** There when its sessions have `copyFile`, too. */
  copiesFiles?: true
  /** There when what its sessions extract are the records of files, which know where they stand. */
  extractsFiles?: true
  /** Whether its sessions have `fileMessages`, as far as its settings tell; absent: none have. */
  hasQueue?(settings: Record<string, unknown>): boolean
  /** Where a place in it is, by its settings as written: the same text for every connection that reaches it, whoever it signs in as. */
  whereIs?(settings: Record<string, unknown>, place: string): string
}
