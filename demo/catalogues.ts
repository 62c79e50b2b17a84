import { mkdir, readdir, rm, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Environment } from '#lib/platform/env.ts'
import type { Ports } from './ports.ts'

const CATALOGUE = 'demo/catalogue'
const GAMES = 'demo/games/catalogue'

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

/** The catalogue of the house the demo shows: of both, and of the games, the folder; of one of both a folder with links to its files. */
export async function catalogueOf({ demo, dataFolder }: Pick<Environment, 'demo' | 'dataFolder'>): Promise<string> {
  if (demo === 'both') return CATALOGUE
  if (demo === 'games') return GAMES
  const folder = join(dataFolder, 'demo', `catalogue-${demo}`)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const names = (await readdir(CATALOGUE)).filter((name) => name.endsWith('.yaml'))
  const own = names.filter((name) => name === PAGE || (name === STARTUP) === (demo === 'startup'))
  for (const name of own) await symlink(resolve(CATALOGUE, name), join(folder, name))
  return folder
}
