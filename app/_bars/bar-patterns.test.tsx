import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { BarPatterns } from './bar-patterns.tsx'
import { LARGE, SMALL } from './bar-strokes.ts'

/** Where a bar of one status stands in its day, and how wide it is. */
function barOf(size: typeof SMALL, id: string): { x: number; width: number } {
  const html = renderToStaticMarkup(<BarPatterns prefix="p" size={size} />)
  const [, rect = ''] = new RegExp(`id="p-${id}"[^>]*><rect([^>]*)>`).exec(html) ?? []
  const number = (name: string) => Number(new RegExp(`(?:^|\\s)${name}="([\\d.]+)"`).exec(rect)?.[1] ?? 0)
  return { x: number('x'), width: number('width') }
}

describe('the parts of a day differ in width beside their colour', () => {
  it('where bars are small', () => {
    expect(barOf(SMALL, 'stale-part')).toEqual({ x: 0, width: 3 })
    expect(barOf(SMALL, 'late-part')).toEqual({ x: 0, width: 2 })
    expect(barOf(SMALL, 'unknown-part')).toEqual({ x: 0, width: 3 })
    expect(barOf(SMALL, 'maintenance-part')).toEqual({ x: 1, width: 1 })
  })

  it('where they are large', () => {
    expect(barOf(LARGE, 'stale-part')).toEqual({ x: 0, width: 10 })
    expect(barOf(LARGE, 'late-part')).toEqual({ x: 0, width: 7 })
    expect(barOf(LARGE, 'maintenance-part')).toEqual({ x: 3, width: 4 })
  })

  it('and a day that was fresh throughout is as wide as one that was stale', () => {
    expect(barOf(SMALL, 'fresh')).toEqual({ x: 0, width: 3 })
  })
})
