import { createHash } from 'node:crypto'
import { escapeXml } from '#lib/queries/pages/atom-document.ts'
import type { Badge } from './badge-svg.ts'
import { SHAPES, type Theme, themed } from './status-shapes.ts'

/** What a frame shows beside what a badge does. */
export interface Frame extends Badge {
  /** Where all of it stands; the address holds no key. Null where there is nothing to lead to. */
  link: { href: string; words: string } | null
  /** `Checked 09:14 EST`; null where nothing could be checked. */
  checked: string | null
}

/** A frame that stays open is loaded anew, so that it never shows what was true an hour ago. */
const RENEW_SECONDS = 60

const STYLES = { auto: styleOf('auto'), light: styleOf('light'), dark: styleOf('dark') }

function styleOf(theme: Theme): string {
  const scheme = theme === 'auto' ? 'light dark' : theme
  const face = '"Inter",ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'
  const colours = themed(theme, ({ paper, line, ink, muted, accent, statuses }) =>
    [
      `html{background:${paper};color:${ink};box-shadow:inset 0 0 0 1px ${line}}.m{color:${muted}}a{color:${accent}}.p{stroke:${paper}}`,
      ...Object.entries(statuses).map(
        ([status, [icon, text]]) => `.${status} .f{fill:${icon}}.${status} .s{stroke:${icon}}.${status} .t{color:${text}}`,
      ),
    ].join(''),
  )
  return [
    `:root{color-scheme:${scheme}}*{margin:0;box-sizing:border-box}html{font:14px/20px ${face};font-variant-numeric:tabular-nums}`,
    'html{min-height:100%;padding:1px}body{padding:11px 15px}main{display:grid;grid-template-columns:20px minmax(0,1fr);column-gap:12px;overflow-wrap:anywhere}',
    'svg{width:20px;height:20px}.p,.s{fill:none;stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}',
    'h1{font-size:15px;line-height:20px}.t{font-weight:600}.l{display:flex;flex-wrap:wrap;column-gap:8px}.w{max-width:68ch}',
    '.n{margin-top:4px;font-size:13px;display:flex;flex-wrap:wrap;column-gap:12px}a:focus-visible{outline:2px solid;outline-offset:2px;border-radius:2px}',
    '@media(max-width:260px){body{padding:9px 11px}main{column-gap:8px}}',
    colours,
  ].join('')
}

/** What a browser may do with a frame, and whose pages may hold it. */
export function framePolicy(theme: Theme, origins: readonly string[]): string {
  const hash = createHash('sha256').update(STYLES[theme]).digest('base64')
  const ancestors = origins.length === 0 ? "'none'" : origins.join(' ')
  return `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors ${ancestors}; base-uri 'none'; form-action 'none'`
}

/** A frame as an HTML document without a script. */
export function renderFrame(frame: Frame, theme: Theme): string {
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<title>${escapeXml(`${frame.name}: ${frame.standing}`)}</title>`,
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">',
    `<meta http-equiv="refresh" content="${RENEW_SECONDS}">`,
    `<style>${STYLES[theme]}</style></head>`,
    `<body>${frameBody(frame)}</body></html>`,
    '',
  ].join('\n')
}

function frameBody({ status, name, standing, reach, problem, link, checked }: Frame): string {
  const notes = [
    ...(link === null
      ? []
      : [
          `<a href="${escapeXml(link.href)}" target="_blank" rel="noopener noreferrer" title="Opens in a new tab">${escapeXml(link.words)}</a>`,
        ]),
    ...(checked === null ? [] : [`<span class="m">${escapeXml(checked)}</span>`]),
  ]
  return [
    `<main class="${status}"><svg viewBox="0 0 16 16" aria-hidden="true">${SHAPES[status]}</svg><div>`,
    `<h1 dir="auto">${escapeXml(name)}</h1>`,
    `<p class="l"><span class="t">${escapeXml(standing)}</span>${reach === null ? '' : ` <span class="m">${escapeXml(reach)}</span>`}</p>`,
    problem === null ? '' : `<p class="w" dir="auto">${escapeXml(problem)}.</p>`,
    notes.length === 0 ? '' : `<p class="n">${notes.join(' ')}</p>`,
    '</div></main>',
  ].join('')
}

/** A frame of this size holds the longest that is said, in pixels. */
export const FRAME_SIZE = { width: 400, height: 176 }

/** The same, drawn as an image of that size: for who wants to see it before it is framed. */
export function frameImage(frame: Frame): string {
  const { width, height } = FRAME_SIZE
  const body = frameBody(frame).replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<foreignObject width="${width}" height="${height}">`,
    `<html xmlns="http://www.w3.org/1999/xhtml" style="height:100%"><style>${STYLES.auto.replaceAll('&', '&amp;')}</style><body>${body}</body></html>`,
    '</foreignObject></svg>',
  ].join('')
}
