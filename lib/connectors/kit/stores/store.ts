import type { Readable } from 'node:stream'
import type { StoredFile, WantedFile } from '#lib/connectors/kit/files.ts'

/** A part of a listing: the files of it, and the folders where it was asked for one level only. */
export interface StorePage {
  files: StoredFile[]
  /** As prefixes: `sis/2026/`. */
  folders: string[]
}

export interface ListingOptions {
  /** Only what lies directly below the prefix, with the folders there. */
  isFlat?: boolean
  /** No more than so many on a page. */
  perPage?: number
}

export interface OpenedStream {
  file: StoredFile
  stream: Readable
}

/** What keeps files by keys in buckets or containers. Every question throws in words for the page. */
export interface Store {
  /** `S3 (shop)` */
  readonly system: string
  /** The buckets that there are for us. */
  buckets(): Promise<string[]>
  /** What lies below a prefix, page by page; marks of folders are left out. */
  pages(bucket: string, prefix: string, options?: ListingOptions): AsyncGenerator<StorePage>
  /** That version of a file from this byte on. Throws `not-found` where it is gone. */
  open(wanted: WantedFile, from: number): Promise<OpenedStream>
}
