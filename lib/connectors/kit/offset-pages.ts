import { refusedAnswer } from './answer.ts'

export interface OffsetPage<T> {
  items: readonly T[]
  isLast: boolean
}

const PAGES_MAX = 1000

/** All items of a list that is given page by page, each once though it moves while it is read. Refused where its pages go round in a circle, or do not end. */
export async function* offsetPages<T extends { id: string | number }>(
  system: string,
  what: string,
  ask: (offset: number) => Promise<OffsetPage<T>>,
): AsyncGenerator<T> {
  const seen = new Set<T['id']>()
  for (let offset = 0, pages = 0; pages < PAGES_MAX; pages++) {
    const { items, isLast } = await ask(offset)
    if (items.length === 0 && !isLast) throw refusedAnswer(system, `the list of ${what} ends before its last page`)
    const before = seen.size
    for (const item of items) {
      if (!seen.has(item.id)) yield item
      seen.add(item.id)
    }
    if (isLast) return
    if (seen.size === before) throw refusedAnswer(system, `the pages of ${what} go round in a circle`)
    offset += items.length
  }
  throw refusedAnswer(system, `the pages of ${what} do not end`)
}
