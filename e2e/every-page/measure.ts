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

/**
 * What does not fit, width by width, in words; empty when everything does. The narrowest and the widest are those of the window, which stays at the widest;
 * those between are of a copy of the page in a frame, which costs a layout where a window is drawn anew. A copy that is unlike the page is told as well.
 */
export async function misfits(page: Page, widths: readonly number[]): Promise<string[]> {
  await page.setViewportSize({ width: widths[0] ?? 0, height: 900 })
  const { original: narrow, copies } = await page.evaluate(measureCopies, widths)
  await page.setViewportSize({ width: widths.at(-1) ?? 0, height: 900 })
  const { original: wide } = await page.evaluate(measureCopies, [])
  const seen = copies.map((copy, index) => ({
    ...copy,
    unlike: [...(index === 0 ? differences(copy, narrow) : []), ...(index === copies.length - 1 ? differences(copy, wide) : [])].join(', '),
  }))
  return seen.flatMap(({ width, beyond, culprit, masthead, broken, unlike }) => [
    ...(beyond > 0 ? [`${width}: ${beyond} px beyond the edge, ${culprit}`] : []),
    ...(broken.length > 0 ? [`${width}: broken over several lines in the masthead: ${broken.join(', ')}`] : []),
    ...(width > MASTHEAD_FROM && masthead > MASTHEAD_MAX ? [`${width}: the masthead is ${masthead} px high`] : []),
    ...(unlike === '' ? [] : [`${width}: the copy that is measured is unlike the page: ${unlike}`]),
  ])
}

type Measured = Record<'beyond' | 'masthead' | 'height', number>

function differences(copy: Measured, original: Measured): string[] {
  const others = (['beyond', 'masthead', 'height'] as const).filter((what) => copy[what] !== original[what])
  return others.map((what) => `${what} ${copy[what]}, not ${original[what]}`)
}

/** Measures the page as it is in its window, and a copy of it at all these widths. */
async function measureCopies(widths: readonly number[]) {
  const measure = (view: Document) => {
    const root = view.documentElement
    const beyond = root.scrollWidth - root.clientWidth
    const reaches = (element: Element) => element.getBoundingClientRect().right > root.clientWidth + 0.5
    const last = beyond > 0 ? [...view.body.querySelectorAll('*')].findLast(reaches) : undefined
    const culprit =
      last === undefined
        ? 'nobody knows why'
        : `${last.tagName.toLowerCase()}.${last.getAttribute('class') ?? ''} "${last.textContent?.slice(0, 40)}"`
    const masthead = Math.ceil(view.querySelector('.masthead')?.getBoundingClientRect().height ?? 0)
    const broken = [...view.querySelectorAll('.masthead nav a')].flatMap((link) => {
      const words = view.createRange()
      words.selectNodeContents(link)
      return words.getClientRects().length > 1 ? [link.textContent ?? ''] : []
    })
    return { beyond, culprit, masthead, broken, height: view.body.scrollHeight }
  }
  const original = measure(document)
  if (widths.length === 0) return { original, copies: [] }
  const frame = document.createElement('iframe')
  Object.assign(frame.style, { position: 'fixed', left: '0', top: '0', height: '900px', border: '0', visibility: 'hidden' })
  frame.style.width = `${widths[0]}px`
  const whole = document.documentElement.cloneNode(true)
  document.documentElement.append(frame)
  const view = frame.contentDocument as Document
  view.open()
  view.write('<!doctype html>')
  view.close()
  view.replaceChild(view.adoptNode(whole), view.documentElement)
  const styles = [...view.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')].filter(({ sheet }) => sheet === null)
  const settled = (style: HTMLLinkElement) =>
    new Promise((done) => {
      for (const end of ['load', 'error']) style.addEventListener(end, done)
    })
  await Promise.all(styles.map(settled))
  measure(view)
  await view.fonts.ready
  const copies = widths.map((width) => {
    frame.style.width = `${width}px`
    return { width, ...measure(view) }
  })
  frame.remove()
  return { original, copies }
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
