import { gzipSync } from 'node:zlib'
import { chance } from '#demo/chance.ts'
import type { PastFile } from '#demo/past-landings.ts'
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'

/** The shops whose prices are scraped, in the order in which the scrapers are done. */
export const SHOPS = ['emberstore', 'polygate', 'coinvault', 'nightcart'] as const
export type Shop = (typeof SHOPS)[number]

/** Since so long before the first start this shop gives nothing. */
const SILENT = { shop: 'nightcart', sinceMs: 6.5 * HOUR_MS }
/** When a shop gave nothing before, in hours before the first start. */
const OUTAGES: readonly { shop: Shop; hours: readonly [from: number, to: number] }[] = [
  { shop: 'coinvault', hours: [41 * 24 + 3, 41 * 24 - 5] },
  { shop: 'polygate', hours: [17 * 24, 17 * 24 - 7] },
  { shop: 'emberstore', hours: [66 * 24 + 2, 66 * 24 - 4] },
]
/** Which shop took its scraper for a robot in the hour before the first start: its page lies in the bucket instead of prices. */
const SUSPICIOUS: Shop = 'coinvault'
const PAGE = '<!doctype html><title>Are you a robot?</title><p>Tick every picture with a treasure chest.'

const DONE_AFTER_MS = 4 * MINUTE_MS
const APART_MS = 6 * SECOND_MS

const TITLES = [
  ...['Amber Hollow', 'Brass Meridian', 'Cinder Choir', 'Deep Orchard', 'Elk & Lantern', 'Far Cartographers', 'Glass Harbour'],
  ...['Hexwright', 'Iron Picnic', 'Juniper Protocol', 'Kite Republic', 'Low Orbit Bakery', 'Moss Tactics', 'Nine Ferries'],
  ...['Ochre Winter', 'Paper Leviathan', 'Quarry Hearts', 'Rook Season', 'Salt Parade', 'Tidewalker', 'Umbra Post'],
]

/** A file that a scraper leaves in the bucket. */
export interface Drop {
  shop: Shop
  at: Instant
  key: string
  isPage: boolean
}

/** The files that the scrapers leave in [from, to), oldest first; the same on every call. */
export function dropsBetween(from: Instant, to: Instant, firstStart: Instant): Drop[] {
  const drops: Drop[] = []
  for (let hour = Math.floor(from / HOUR_MS) * HOUR_MS; hour < to; hour += HOUR_MS)
    for (const [position, shop] of SHOPS.entries()) {
      const at = hour + DONE_AFTER_MS + position * APART_MS + Math.floor(chance(`${shop} ${hour} scraped`) * 3) * SECOND_MS
      if (at >= from && at < to && !isQuiet(shop, at, firstStart)) drops.push(dropAt(shop, at, firstStart))
    }
  return drops
}

function isQuiet(shop: Shop, at: Instant, firstStart: Instant): boolean {
  if (shop === SILENT.shop && at >= firstStart - SILENT.sinceMs) return true
  const hoursBefore = (firstStart - at) / HOUR_MS
  return OUTAGES.some(({ shop: one, hours: [from, to] }) => one === shop && hoursBefore <= from && hoursBefore > to)
}

function dropAt(shop: Shop, at: Instant, firstStart: Instant): Drop {
  const name = new Date(at).toISOString().slice(0, 16).replaceAll(':', '')
  const isPage = shop === SUSPICIOUS && at < firstStart && at >= firstStart - HOUR_MS
  return { shop, at, key: `incoming/${shop}/${name}.jsonl.gz`, isPage }
}

/** What lies in a file, packed: a line for each game. */
export function contentOf(drop: Drop): Buffer {
  if (drop.isPage) return gzipSync(PAGE)
  return gzipSync(
    linesOf(drop)
      .map((line) => `${line}\n`)
      .join(''),
  )
}

function linesOf({ shop, at }: Drop): string[] {
  const scraped = new Date(at).toISOString()
  return TITLES.map((title, game) => {
    const cents = 499 + 100 * Math.floor(chance(`${title} price`) * 55)
    const off = chance(`${shop} ${title} ${Math.floor(at / (24 * HOUR_MS))} off`) < 0.15 ? 0.6 : 1
    const price = Math.round(cents * off * (0.95 + 0.1 * chance(`${shop} ${title}`))) / 100
    return JSON.stringify({ shop, game: game + 1, title, price, currency: 'EUR', scraped })
  })
}

/** How many lines a whole file has. */
export const LINES = TITLES.length

/** The bucket of the scrapers. */
export const BUCKET = 'prices'
/** What came in so short a time before a start is told by the queue, not by the past. */
export const UNTOLD_MS = 65 * MINUTE_MS

/** A file as it lies in the bucket. */
export function fileOf(drop: Drop): PastFile {
  const content = contentOf(drop)
  return { bucket: BUCKET, key: drop.key, content, lines: linesOf(drop), at: drop.at }
}
