import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { widthOf } from '#lib/domain/wording/text-width.ts'
import { type Badge, type BadgeForm, badgePolicy, renderBadge } from './badge-svg.ts'
import { type Frame, framePolicy, renderFrame } from './frame-html.ts'
import { type Shown, THEMES } from './status-shapes.ts'

const BADGE: Badge = {
  ...{ status: 'late', name: 'Orders', word: 'Late', standing: 'Late since 07:00', reach: 'Data as of Tue 06:41 EST' },
  ...{ problem: '2 h late because the load of Shipments failed', whole: 'Orders: late since 07:00.' },
}
const FRAME: Frame = {
  ...BADGE,
  link: { href: 'https://status.example.edu/feeds/orders', words: 'See it on Campus' },
  checked: 'Checked 09:14 EST',
}
const FORM: BadgeForm = { theme: 'auto', width: null, isLine: false }
const SHOWN: readonly Shown[] = ['fresh', 'late', 'stale', 'unknown', 'maintenance', 'none']

/** What XML makes of a text: nothing it cannot write, and all else as it was. */
const unescaped = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#13;', '\r').replaceAll('&amp;', '&')

interface Drawn {
  x: number
  size: number
  isBold: boolean
  length: number
  text: string
}
const drawnIn = (svg: string): Drawn[] =>
  [
    ...svg.matchAll(
      /<text x="([\d.]+)" y="\d+" font-size="(\d+)"( font-weight="700")? class="\w" textLength="([\d.]+)"[^>]*>([^<]*)<\/text>/g,
    ),
  ].map(([, x, size, bold, length, text = '']) => ({
    x: Number(x),
    size: Number(size),
    isBold: bold !== undefined,
    length: Number(length),
    text: unescaped(text),
  }))
const widthIn = (svg: string) => Number(/<svg [^>]*width="(\d+)"/.exec(svg)?.[1])

describe('a badge', () => {
  it('says in words, for who does not see it, what it shows', () => {
    const svg = renderBadge(BADGE, FORM)
    expect(svg).toContain('<title id="t">Orders: Late since 07:00</title><desc id="d">Orders: late since 07:00.</desc>')
    expect(svg).toContain('role="img" aria-labelledby="t d"')
    expect(drawnIn(svg).map(({ text }) => text)).toEqual([
      ...['Orders', 'Late since 07:00', '·', 'Data as of Tue 06:41 EST', '2 h late because the load of Shipments failed'],
    ])
  })

  it('tells each status by another shape, not by its colour alone', () => {
    const shapes = SHOWN.map((status) => /<g transform[^>]*>(.*?)<\/g>/s.exec(renderBadge({ ...BADGE, status }, FORM))?.[1])
    expect(new Set(shapes).size).toBe(SHOWN.length)
  })

  it('is dark for who prefers that, unless it is told', () => {
    const dark = /prefers-color-scheme:dark/
    expect(THEMES.map((theme) => dark.test(renderBadge(BADGE, { ...FORM, theme })))).toEqual([true, false, false])
    expect(renderBadge(BADGE, { ...FORM, theme: 'dark' })).toContain('#161513')
  })

  it('shows nothing but words, whatever the catalogue calls things, and no text runs over its edge at any width', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 120 }),
      fc.constantFrom(
        '</text><script>alert(1)</script>',
        '"onload="alert(1)',
        '<![CDATA[',
        '&lt;b&gt;',
        ']]>',
        '\u0000\u0007\ud800',
        'W'.repeat(90),
      ),
    )
    const badge = fc.record({ name: text, word: text, standing: text, reach: fc.option(text), problem: fc.option(text), whole: text })
    const form = fc.record({
      theme: fc.constantFrom(...THEMES),
      width: fc.option(fc.integer({ min: 200, max: 1200 })),
      isLine: fc.boolean(),
    })
    fc.assert(
      fc.property(badge, form, fc.constantFrom(...SHOWN), (words, look, status) => {
        const svg = renderBadge({ ...words, status }, look)
        const tags = new Set([...svg.matchAll(/<\/?([^\s>/]+)/g)].map(([, tag]) => tag))
        expect(
          [...tags].filter((tag) => !['svg', 'title', 'desc', 'style', 'rect', 'g', 'circle', 'path', 'text'].includes(tag ?? '')),
        ).toEqual([])
        expect(svg.replaceAll(/&(?:amp|lt|gt|quot|#13);/g, '')).not.toContain('&')
        expect([...svg].filter((character) => character < ' ' && !'\n\r\t'.includes(character))).toEqual([])
        expect(svg.replaceAll(/>[^<]*</g, '><')).not.toMatch(/\son\w+=|href=|url\(/)
        const width = widthIn(svg)
        expect(width).toBeGreaterThanOrEqual(look.width ?? 0)
        for (const { x, length, size, isBold, text } of drawnIn(svg)) {
          expect(x + length).toBeLessThanOrEqual(width)
          expect(length).toBeCloseTo(widthOf(text, { size, isBold }), 0)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('breaks what is too wide for one line, and cuts no time short', () => {
    const standing = 'Late since Fri 08:00 EST'
    const texts = drawnIn(renderBadge({ ...BADGE, standing }, { ...FORM, width: 200 })).map(({ text }) => text)
    expect(texts.join(' ')).toContain(`Orders ${standing} ${BADGE.reach} 2 h late because`)
  })

  it('on one line gives up how far the data reach before it gives up the name', () => {
    const texts = (width: number | null) => drawnIn(renderBadge(BADGE, { ...FORM, isLine: true, width })).map(({ text }) => text)
    expect(texts(null)).toEqual(['Orders', '·', 'Late since 07:00', '·', 'Data as of Tue 06:41 EST'])
    expect(texts(220)).toEqual(['Orders', '·', 'Late since 07:00'])
  })
})

describe('a frame', () => {
  it('holds the words, and one link that opens a page of its own and tells nobody where it was', () => {
    const html = renderFrame(FRAME, 'auto')
    for (const words of [BADGE.name, BADGE.standing, BADGE.reach, BADGE.problem, FRAME.checked]) expect(html).toContain(words)
    expect(html.match(/<a /g)).toHaveLength(1)
    expect(html).toContain('<a href="https://status.example.edu/feeds/orders" target="_blank" rel="noopener noreferrer"')
    expect(html).not.toMatch(/<(?:script|form|input|button|iframe|img)\b|\son\w+=|\sstyle=/)
  })

  it('escapes every text', () => {
    const evil = '"><script>alert(1)</script>'
    const frame = { ...FRAME, name: evil, standing: evil, reach: evil, problem: evil, checked: evil, link: { href: evil, words: evil } }
    expect(renderFrame(frame, 'light')).not.toContain('<script')
  })

  it('may be framed by the named origins alone, runs nothing, and is styled by its own style sheet only', () => {
    for (const theme of THEMES) {
      const style = /<style>(.*?)<\/style>/s.exec(renderFrame(FRAME, theme))?.[1] ?? ''
      const hash = createHash('sha256').update(style).digest('base64')
      expect(framePolicy(theme, ['https://wiki.example.edu', 'https://*.example.org'])).toBe(
        `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors https://wiki.example.edu https://*.example.org; base-uri 'none'; form-action 'none'`,
      )
      const badgeStyle = /<style>(.*?)<\/style>/s.exec(renderBadge(BADGE, { ...FORM, theme }))?.[1] ?? ''
      expect(badgePolicy(theme)).toContain(createHash('sha256').update(badgeStyle).digest('base64'))
    }
    expect(framePolicy('auto', [])).toContain("frame-ancestors 'none'")
  })
})
