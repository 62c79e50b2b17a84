import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type Connected, systemOf } from '#lib/connectors/dbt/connected.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { ARTIFACT_BYTES_MAX, type ArtifactName, type ArtifactSource, refusedArtifact } from '#lib/records/read/dbt-artifact.ts'
import { oneTarget } from './one-target.ts'
import type { Place } from './place.ts'

const NOT_THERE: readonly unknown[] = ['ENOENT', 'ENOTDIR']

async function* read(file: FileHandle): AsyncGenerator<Uint8Array> {
  try {
    yield* file.createReadStream({ autoClose: false })
  } finally {
    await file.close()
  }
}

async function openIn(folder: string, what: string, name: ArtifactName): Promise<ArtifactSource | null> {
  const file = await open(join(folder, name)).catch((error: unknown) => {
    const code = error instanceof Error ? Reflect.get(error, 'code') : undefined
    if (NOT_THERE.includes(code)) return null
    throw new TidemarkError('forbidden', {
      publicMessage: `${name} of ${what} cannot be opened (${String(code)}). Let Tidemark's own account read the folder.`,
      cause: error,
      systemWide: true,
    })
  })
  if (file === null) return null
  const stat = await file.stat()
  if (stat.isFile() && stat.size <= ARTIFACT_BYTES_MAX) return { what: `${name} of ${what}`, bytes: read(file) }
  await file.close()
  const because = stat.isFile() ? `it is larger than ${ARTIFACT_BYTES_MAX / 1_000_000} MB` : 'it is no file'
  throw refusedArtifact(`${name} of ${what}`, because)
}

/** The target folder of dbt, or wherever a job copies its artifacts. */
export function folderPlace(connection: Connected, folder: string): Place {
  const what = systemOf(connection)
  return oneTarget(connection, `The folder of ${what}`, (name) => openIn(folder, what, name))
}
