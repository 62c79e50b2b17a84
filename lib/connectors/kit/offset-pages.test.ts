import { describe, expect, it } from 'vitest'
import { offsetPages } from './offset-pages.ts'

const LIST = Array.from({ length: 25 }, (_, id) => ({ id }))
const read = (ask: (offset: number) => { items: { id: number }[]; isLast: boolean }) =>
  Array.fromAsync(offsetPages('Shop (shop)', 'its runs', async (offset) => ask(offset)))

describe('a list that is given page by page', () => {
  it('comes whole, however many a page holds', async () => {
    for (const size of [1, 10, 25, 100]) {
      const page = (offset: number) => ({ items: LIST.slice(offset, offset + size), isLast: offset + size >= LIST.length })
      expect(await read(page)).toEqual(LIST)
    }
  })

  it('that moves while it is read gives nothing twice', async () => {
    const moved = (offset: number) => [{ id: 99 }, ...LIST].slice(offset, offset + 10)
    const page = (offset: number) => ({ items: offset === 0 ? LIST.slice(0, 10) : moved(offset), isLast: offset >= 20 })
    expect(await read(page)).toEqual(LIST)
  })

  it('that gives the same page again and again is refused, not read for ever', async () => {
    await expect(read(() => ({ items: LIST.slice(0, 10), isLast: false }))).rejects.toMatchObject({
      publicMessage: 'The answer of Shop (shop) cannot be used: the pages of its runs go round in a circle.',
    })
  })

  it('that never ends is refused', async () => {
    await expect(read((offset) => ({ items: [{ id: offset }], isLast: false }))).rejects.toMatchObject({
      publicMessage: expect.stringContaining('the pages of its runs do not end'),
    })
  })
})
