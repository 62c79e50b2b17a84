import AxeBuilder from '@axe-core/playwright'
import type { BrowserContext, Page } from '@playwright/test'

/** Above this width the masthead is a band, not a block. */
const MASTHEAD_FROM = 640
const MASTHEAD_MAX = 112
/** A sheet of A4 between the margins of a browser. */
const SHEET_WIDTH = 718

/** Opens everything that is folded, so that nothing hides from the look. */
export function openAll(page: Page): Promise<void> {
  return page.evaluate(async () => {
    for (const details of document.querySelectorAll('details')) details.open = true
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  })
}

/** What does not fit, width by width, in words; empty when everything does. */
export async function misfits(page: Page, widths: readonly number[]): Promise<string[]> {
  const found: string[] = []
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    const { beyond, culprit, masthead, broken } = await page.evaluate(measureHere)
    if (beyond > 0) found.push(`${width}: ${beyond} px beyond the edge, ${culprit}`)
    if (broken.length > 0) found.push(`${width}: broken over several lines in the masthead: ${broken.join(', ')}`)
    if (width > MASTHEAD_FROM && masthead > MASTHEAD_MAX) found.push(`${width}: the masthead is ${masthead} px high`)
  }
  return found
}

function measureHere() {
  const root = document.documentElement
  const beyond = root.scrollWidth - root.clientWidth
  const reaches = (element: Element) => element.getBoundingClientRect().right > root.clientWidth + 0.5
  const last = beyond > 0 ? [...document.body.querySelectorAll('*')].findLast(reaches) : undefined
  const culprit =
    last === undefined
      ? 'nobody knows why'
      : `${last.tagName.toLowerCase()}.${last.getAttribute('class') ?? ''} "${last.textContent?.slice(0, 40)}"`
  const masthead = Math.ceil(document.querySelector('.masthead')?.getBoundingClientRect().height ?? 0)
  const broken = [...document.querySelectorAll('.masthead nav a')].flatMap((link) => {
    const words = document.createRange()
    words.selectNodeContents(link)
    return words.getClientRects().length > 1 ? [link.textContent ?? ''] : []
  })
  return { beyond, culprit, masthead, broken }
}

/** What does not fit on a sheet of A4, in words: beyond its edge, or cut where a screen would scroll. Leaves the page as on a screen. */
export async function cutInPrint(page: Page): Promise<string[]> {
  await page.emulateMedia({ media: 'print' })
  await page.setViewportSize({ width: SHEET_WIDTH, height: 1040 })
  const found = await page.evaluate(() => {
    const cut: string[] = []
    for (const element of document.querySelectorAll('main *')) {
      const { overflowX, overflowY, display } = getComputedStyle(element)
      const { clientWidth, clientHeight, scrollWidth, scrollHeight } = element
      // What only a screen reader reads is a pixel wide; bars show as many days as there is room for.
      if (display === 'none' || clientWidth <= 1 || element.matches('.bars')) continue
      const isCut =
        (overflowX !== 'visible' && scrollWidth > clientWidth + 1) || (overflowY !== 'visible' && scrollHeight > clientHeight + 1)
      const isBeyond = element.getBoundingClientRect().right > document.documentElement.clientWidth + 1
      if (isCut || isBeyond) cut.push(`cut in print: ${element.tagName.toLowerCase()} "${element.textContent?.slice(0, 40)}"`)
    }
    return cut
  })
  await page.emulateMedia({ media: null })
  return found
}

/** What axe finds wrong, a line each: rule, and where. A page has no frames, so axe looks at it in one go. */
export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    .options({ resultTypes: ['violations'] })
    .setLegacyMode()
    .analyze()
  return found.flatMap(({ id, nodes }) => nodes.map(({ target, html }) => `${id}: ${target.join(' ')} ${html.slice(0, 120)}`))
}

/** Begins to add up layout shifts of every page that is opened from here on. */
export async function watchShifts(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const seen = { sum: 0, sources: [] as string[] }
    Object.assign(globalThis, { shifts: seen })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number
        hadRecentInput: boolean
        sources: { node?: Node }[]
      })[]) {
        if (entry.hadRecentInput) continue
        seen.sum += entry.value
        for (const { node } of entry.sources)
          seen.sources.push(`${entry.value.toFixed(3)} ${node?.nodeName} ${node?.textContent?.slice(0, 40)}`)
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
}

/** The layout shifts of the open page once it has come to rest. */
export function shiftsOf(page: Page): Promise<{ sum: number; sources: string[] }> {
  return page.evaluate(async () => {
    await document.fonts.ready
    for (let quiet = 0; quiet < 3; quiet += 1) await new Promise((done) => requestIdleCallback(done))
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    return (globalThis as unknown as { shifts: { sum: number; sources: string[] } }).shifts
  })
}
