import { loadNamedReaders } from '#lib/db/catalogue/named-readers.ts'
import type { Context } from '#lib/db/context.ts'
import type { NamedReader as Known } from '#lib/domain/contracts/concerned-readers.ts'

/** A reader that a contract names, and what that is here: nothing where none that is seen is called so. */
export type NamedReader = Pick<Known, 'name' | 'subject' | 'assetIds'>

/** What the readers that a contract names are here, as far as whoever asks may see it, and which of these assets they are. */
export async function getContractReaders(ctx: Context, names: readonly string[], assetIds: readonly number[]): Promise<NamedReader[]> {
  const readers = await loadNamedReaders(ctx.pool, names, assetIds)
  return readers.map(({ name, subject, assetIds: own }) => ({ name, subject, assetIds: own }))
}
