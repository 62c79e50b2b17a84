import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Instant } from '#lib/domain/time/instant.ts'
import { addDays, daysBetween, localDay } from '#lib/domain/time/local-day.ts'
import type { Environment } from '#lib/platform/env.ts'
import type { Ports } from './ports.ts'
import { CAMPUS_ZONE } from './stretch.ts'

const CATALOGUE = 'demo/catalogue'
const GAMES = 'demo/games/catalogue'
const ENTERPRISE = 'demo/enterprise/catalogue'

/** The file of the page itself, and that of the start-up; all others are the campus'. */
const PAGE = 'page.yaml'
const STARTUP = 'wrenbury.yaml'

type Shown = Environment['demo']

/** What a demo shows: what its first start was asked for, since only that has a past. Before that was noted, what was started tells it. */
export function shownSince(known: { shows?: Shown | undefined; ports: Ports } | undefined, asked: Shown): Shown {
  if (known === undefined) return asked
  if (known.shows !== undefined) return known.shows
  const { campus, startup } = known.ports
  return startup.dbt === 0 ? 'campus' : campus === 0 ? 'startup' : 'both'
}

/** The catalogue of the house the demo shows: of both, and of the games, the folder; of one of both a folder with links to its files, of shared data one with copies. */
export async function catalogueOf({
  demo,
  dataFolder,
  firstStart,
}: {
  demo: Shown
  dataFolder: string
  firstStart: Instant
}): Promise<string> {
  if (demo === 'both') return CATALOGUE
  if (demo === 'games') return GAMES
  const folder = join(dataFolder, 'demo', `catalogue-${demo}`)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  if (demo === 'enterprise') await copyEnterprise(folder, firstStart)
  else await linkOwn(folder, demo)
  return folder
}

async function linkOwn(folder: string, demo: Shown): Promise<void> {
  const names = (await readdir(CATALOGUE)).filter((name) => name.endsWith('.yaml'))
  const own = names.filter((name) => name === PAGE || (name === STARTUP) === (demo === 'startup'))
  for (const name of own) await symlink(resolve(CATALOGUE, name), join(folder, name))
}

async function copyEnterprise(folder: string, firstStart: Instant): Promise<void> {
  const names = (await readdir(ENTERPRISE, { recursive: true })).filter((name) => name.endsWith('.yaml'))
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), withDatesSince(await readFile(join(ENTERPRISE, name), 'utf8'), firstStart))
  }
}

/** The day of the first start that the dates in contracts are written for. */
const WRITTEN_FOR = '2026-11-30'
const AVAILABLE_FROM = /(property: generalAvailability, value: ")(\d{4}-\d\d-\d\d)(")/g

/** A contract as it is written for another first start: what is announced stays as far ahead. */
export function withDatesSince(text: string, firstStart: Instant): string {
  const days = daysBetween(WRITTEN_FOR, localDay(firstStart, CAMPUS_ZONE))
  return text.replace(AVAILABLE_FROM, (_, before: string, day: string, after: string) => `${before}${addDays(day, days)}${after}`)
}
