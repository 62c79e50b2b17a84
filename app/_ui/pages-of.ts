export interface PageOf<T> {
  items: T[]
  /** From 1. */
  page: number
  pages: number
  total: number
}

/** One page of a list; a number beyond its end is its last page. */
export function pageOf<T>(all: readonly T[], wanted: number, size: number): PageOf<T> {
  const pages = Math.max(1, Math.ceil(all.length / size))
  const page = Math.min(Math.max(1, wanted), pages)
  return { items: all.slice((page - 1) * size, page * size), page, pages, total: all.length }
}

/** The number of a page as an address says it; the first when it says none that can be. */
export function readPage(text: unknown): number {
  return typeof text === 'string' && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : 1
}
