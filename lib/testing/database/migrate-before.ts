import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyMigrations } from '#lib/platform/migrate.ts'

/** Makes an empty database what it was before this migration. */
export async function migrateBefore(url: string, migration: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  try {
    const names = (await readdir('prisma/migrations')).filter((name) => name < migration)
    for (const name of names) await cp(join('prisma/migrations', name), join(folder, name), { recursive: true })
    await applyMigrations(url, folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}
