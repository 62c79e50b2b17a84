import { mkdir, readdir, rm, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Environment } from '#lib/platform/env.ts'

const CATALOGUE = 'demo/catalogue'

/** The file of the page itself, and that of the start-up; all others are the campus'. */
const PAGE = 'page.yaml'
const STARTUP = 'wrenbury.yaml'

/** The catalogue of the house the demo shows: of both the folder, of one a folder with links to its files. */
export async function catalogueOf({ demo, dataFolder }: Pick<Environment, 'demo' | 'dataFolder'>): Promise<string> {
  if (demo === 'both') return CATALOGUE
  const folder = join(dataFolder, 'demo', `catalogue-${demo}`)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const names = (await readdir(CATALOGUE)).filter((name) => name.endsWith('.yaml'))
  const own = names.filter((name) => name === PAGE || (name === STARTUP) === (demo === 'startup'))
  for (const name of own) await symlink(resolve(CATALOGUE, name), join(folder, name))
  return folder
}
