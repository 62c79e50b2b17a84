import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The secret of internal calls, made once per data folder and readable only by its owner. */
export async function requireSecret(dataFolder: string): Promise<string> {
  const path = join(dataFolder, 'secret')
  const found = await readFile(path, 'utf8').catch(() => '')
  if (found !== '') return found.trim()
  await mkdir(dataFolder, { recursive: true })
  const draft = `${path}.${process.pid}`
  await writeFile(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 })
  // link(2) never replaces: of two concurrent processes the first one's secret counts for both.
  await link(draft, path).catch((error: NodeJS.ErrnoException) => (error.code === 'EEXIST' ? undefined : rename(draft, path)))
  await rm(draft, { force: true })
  return (await readFile(path, 'utf8')).trim()
}
