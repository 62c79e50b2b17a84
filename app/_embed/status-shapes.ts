import type { Status } from '#lib/domain/freshness/status.ts'

/** A status as an embed names it; `none` has none. */
export type Shown = Status | 'none'

/** The icons of the page, drawn in 16 × 16 by two colours: `f` of the status, `p` of the paper. */
export const SHAPES: Record<Shown, string> = {
  fresh: '<circle cx="8" cy="8" r="7.5" class="f"/><path d="m4.6 8.3 2.3 2.3 4.5-5" class="p"/>',
  late: '<circle cx="8" cy="8" r="6.6" class="s"/><path d="M8 4.2V8l2.6 1.8" class="s"/>',
  stale: '<path d="M4.9.8h6.2l4.1 4.1v6.2l-4.1 4.1H4.9L.8 11.1V4.9z" class="f"/><path d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" class="p"/>',
  unknown:
    '<circle cx="8" cy="8" r="6.8" class="s" stroke-dasharray="2.4 1.9"/><path d="M6.1 6.4a1.9 1.9 0 1 1 2.7 1.7c-.6.3-.8.6-.8 1.2" class="s"/><circle cx="8" cy="11.5" r=".95" class="f"/>',
  maintenance:
    '<path d="M15 4.2a4.3 4.3 0 0 1-5.7 4.1l-5 5.7a2 2 0 0 1-2.9-2.8l5.9-4.9A4.3 4.3 0 0 1 12.6.8L10 3.4l.4 2.2 2.2.4z" class="f"/>',
  none: '<circle cx="8" cy="8" r="6.8" class="s"/>',
}

/** How an embed is coloured: as whoever looks at it prefers, or as it is told to. */
export const THEMES = ['auto', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

interface Palette {
  paper: string
  line: string
  ink: string
  muted: string
  accent: string
  statuses: Record<Shown, readonly [icon: string, text: string]>
}

/** The colours of the page: `_styles/tokens.css`. */
const LIGHT: Palette = {
  ...{ paper: '#fbfaf7', line: '#cbc5b8', ink: '#1d1c19', muted: '#5e5a52', accent: '#3d3a94' },
  statuses: {
    fresh: ['#4a9a6c', '#216a41'],
    late: ['#b07d00', '#7a5500'],
    stale: ['#bf2f27', '#a8231c'],
    unknown: ['#8b867b', '#5e5a52'],
    maintenance: ['#2f6fb3', '#22588f'],
    none: ['#8b867b', '#5e5a52'],
  },
}
const DARK: Palette = {
  ...{ paper: '#161513', line: '#46433c', ink: '#ece8df', muted: '#aaa498', accent: '#a9a6f5' },
  statuses: {
    fresh: ['#55ab7b', '#7cc79c'],
    late: ['#d9a836', '#e3b954'],
    stale: ['#ec6a60', '#f48a81'],
    unknown: ['#8a847a', '#aaa498'],
    maintenance: ['#6aa5e0', '#8fbdea'],
    none: ['#8a847a', '#aaa498'],
  },
}

/** The rules of a style sheet that a theme makes of what one palette says. */
export function themed(theme: Theme, rules: (palette: Palette) => string): string {
  if (theme !== 'auto') return rules(theme === 'light' ? LIGHT : DARK)
  return `${rules(LIGHT)}@media (prefers-color-scheme:dark){${rules(DARK)}}`
}
