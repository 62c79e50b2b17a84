import { createHash } from 'node:crypto'
import { cutToWidth, type TextStyle, widthOf, wrapToWidth } from '#lib/domain/wording/text-width.ts'
import { escapeXml } from '#lib/queries/pages/atom-document.ts'
import { SHAPES, type Shown, type Theme, themed } from './status-shapes.ts'

/** What a badge shows. */
export interface Badge {
  status: Shown
  name: string
  /** `Late`. */
  word: string
  /** `Late since 07:00`. */
  standing: string
  /** `Data as of Tue 06:41 EST`. */
  reach: string | null
  problem: string | null
  /** All of it, for who does not see it. */
  whole: string
}

export interface BadgeForm {
  theme: Theme
  /** How wide it is drawn, in CSS pixels; null: as wide as its words want it. */
  width: number | null
  /** One line, as small as the badges of a README; else with the reason. */
  isLine: boolean
}

export const BADGE_WIDTH = { min: 200, max: 1200 }
/** As wide as it gets by itself. */
const OWN_WIDTH_MAX = 400
const LINE_WIDTH_MAX = 600
const PROBLEM_LINES = 3

const NAME: TextStyle = { size: 14, isBold: true }
const TEXT: TextStyle = { size: 13 }
const STRONG: TextStyle = { size: 13, isBold: true }
const SMALL = { name: { size: 12, isBold: true }, text: { size: 12 } } satisfies Record<string, TextStyle>
const FACE = 'Helvetica,Arial,"Liberation Sans",Arimo,sans-serif'

type Tone = 'i' | 'm' | 't'

/** A text at its place: `t` in the colour of the status, `i` ink, `m` muted. */
interface Run {
  x: number
  y: number
  text: string
  tone: Tone
  style: TextStyle
}

/** The style sheets of badges, by theme: what stands in the document, and in its policy as a hash. */
const STYLES = {
  auto: styleOf('auto'),
  light: styleOf('light'),
  dark: styleOf('dark'),
}

function styleOf(theme: Theme): string {
  const colours = themed(theme, ({ paper, line, ink, muted, statuses }) =>
    [
      `.b{fill:${paper};stroke:${line}}.i{fill:${ink}}.m{fill:${muted}}.p{stroke:${paper}}`,
      ...Object.entries(statuses).map(
        ([status, [icon, text]]) => `.${status} .f{fill:${icon}}.${status} .s{stroke:${icon}}.${status} .t{fill:${text}}`,
      ),
    ].join(''),
  )
  return `text{font-family:${FACE}}.p,.s{fill:none;stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}${colours}`
}

/** What a browser may do with a badge that is opened by itself. */
export function badgePolicy(theme: Theme): string {
  const hash = createHash('sha256').update(STYLES[theme]).digest('base64')
  return `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`
}

/** A badge as an SVG document: nothing in it reaches out, and all text fits, whatever face draws it. */
export function renderBadge(badge: Badge, form: BadgeForm): string {
  const { width, height, icon, runs } = form.isLine ? layOutLine(badge, form.width) : layOut(badge, form.width)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t d">`,
    `<title id="t">${escapeXml(`${badge.name}: ${badge.standing}`)}</title><desc id="d">${escapeXml(badge.whole)}</desc>`,
    `<style>${STYLES[form.theme]}</style>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="${form.isLine ? 4 : 6}" class="b"/>`,
    `<g class="${badge.status}" aria-hidden="true"><g transform="translate(${icon.x} ${icon.y})${icon.scale === 1 ? '' : ` scale(${icon.scale})`}">${SHAPES[badge.status]}</g>`,
    ...runs.map(renderRun),
    '</g></svg>',
    '',
  ].join('\n')
}

/** The length is said, so that a face that is wider is drawn closer. */
function renderRun({ x, y, text, tone, style }: Run): string {
  const length = Math.round(widthOf(text, style) * 10) / 10
  const weight = style.isBold ? ' font-weight="700"' : ''
  return `<text x="${Math.round(x * 10) / 10}" y="${y}" font-size="${style.size}"${weight} class="${tone}" textLength="${length}" lengthAdjust="spacingAndGlyphs">${escapeXml(text)}</text>`
}

const PAD = { x: 12, top: 11, bottom: 11 }
const LEFT = 40
const LEADING = 19

function layOut(badge: Badge, width: number | null) {
  const full = (width ?? OWN_WIDTH_MAX) - LEFT - PAD.x
  const wanted = linesOf(badge, full)
  const widest = Math.max(...wanted.map(lengthOf))
  const drawn = width ?? Math.max(BADGE_WIDTH.min, Math.ceil(Math.min(widest, full)) + LEFT + PAD.x)
  const runs = wanted.flatMap((line, index) => placeLine(line, LEFT, PAD.top + 13 + index * LEADING))
  return {
    width: drawn,
    height: PAD.top + wanted.length * LEADING - 4 + PAD.bottom,
    icon: { x: PAD.x, y: PAD.top + 1, scale: 1.125 },
    runs,
  }
}

type Part = Pick<Run, 'text' | 'tone' | 'style'>

function linesOf({ name, standing, reach, problem }: Badge, width: number): Part[][] {
  const wrapped = (text: string, lines: number, part: Omit<Part, 'text'>): Part[][] =>
    wrapToWidth(text, { width, lines }, part.style).map((line) => [{ ...part, text: line }])
  const stands = wrapped(standing, 2, { tone: 't', style: STRONG })
  const reaches = wrapped(reach ?? '', 2, { tone: 'm', style: TEXT })
  const together = [...stands, [DOT], ...reaches].flat()
  return [
    [{ text: cutToWidth(name, width, NAME), tone: 'i', style: NAME }],
    ...(reaches.length > 0 && lengthOf(together) <= width ? [together] : [...stands, ...reaches]),
    ...wrapped(problem ?? '', PROBLEM_LINES, { tone: 'i', style: TEXT }),
  ]
}

const DOT: Part = { text: '·', tone: 'm', style: TEXT }
const GAP = 5

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { text, style }) => sum + widthOf(text, style), (parts.length - 1) * GAP)
}

function placeLine(parts: readonly Part[], left: number, y: number): Run[] {
  let x = left
  return parts.map((part) => {
    const run = { ...part, x, y }
    x += widthOf(part.text, part.style) + GAP
    return run
  })
}

/** How far the data reach gives way first, then since when it stands so, then the name. */
function layOutLine({ name, word, standing, reach }: Badge, width: number | null) {
  const [left, right] = [26, 9]
  const room = (width ?? LINE_WIDTH_MAX) - left - right
  const stands = (text: string): Part => ({ text, tone: 't', style: SMALL.name })
  const muted = (text: string): Part => ({ text, tone: 'm', style: SMALL.text })
  const full = [muted('·'), stands(standing), ...(reach === null ? [] : [muted('·'), muted(reach)])]
  const wanted = [full, [muted('·'), stands(standing)], [muted('·'), stands(word)]]
  const roomForName = (behind: readonly Part[]) => room - lengthOf(behind) - GAP
  const behind = wanted.find((parts) => roomForName(parts) >= widthOf(name, SMALL.name)) ?? [
    stands(cutToWidth(word, room * 0.6, SMALL.name)),
  ]
  const parts = [{ text: cutToWidth(name, roomForName(behind), SMALL.name), tone: 'i' as const, style: SMALL.name }, ...behind]
  return {
    width: width ?? Math.ceil(lengthOf(parts)) + left + right,
    height: 24,
    icon: { x: 7, y: 5, scale: 0.875 },
    runs: placeLine(parts, left, 16),
  }
}
