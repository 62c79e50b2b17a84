import { z } from 'zod'
import { orNull } from '#lib/connectors/kit/answer.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { SearchApi } from './api.ts'

/** What stands in the mapping of each index that we build: whose it is. */
const markSchema = z.object({
  alias: z.string(),
  run: z.string(),
  at: z.number(),
  isComplete: z.boolean(),
})
export type BuildMark = z.infer<typeof markSchema>

const indicesSchema = z.record(
  z.string(),
  z.object({
    aliases: z.record(z.string(), z.unknown()).default({}),
    mappings: z.object({ _meta: z.object({ tidemark: z.unknown() }).partial().optional() }).default({}),
  }),
)

/** An index with its aliases; `mark`: null where we did not build it. */
export interface KnownIndex {
  name: string
  aliases: string[]
  mark: BuildMark | null
}

/** A name by which a build is written until it is published: another one for each attempt, so that an earlier one writes no more. */
export const doorOf = (name: string, attempt: number, unique: string) => `${name}-${attempt}-${unique}`
/** Whose it is. */
export const attemptOf = (door: string) => Number(/-(\d+)-\w+$/.exec(door)?.[1] ?? 0)
/** Those of its names that are not readers' or somebody else's. */
export const doorsIn = ({ name, aliases }: Pick<KnownIndex, 'name' | 'aliases'>) => aliases.filter((alias) => alias.startsWith(`${name}-`))

/** A name for a build that no other one has. */
export function nameOf(alias: string, at: Instant, unique: string): string {
  return `${alias}-${stampOf(at)}-${unique}`
}

const stampOf = (at: Instant) => new Date(at).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')

/** The indices that a name or pattern leads to, hidden ones, too; none where nothing is called so. */
export async function readIndices(api: SearchApi, name: string, signal: AbortSignal): Promise<KnownIndex[]> {
  const parameters = { expand_wildcards: 'open,hidden', ignore_unavailable: 'true', allow_no_indices: 'true' }
  const indices = (await orNull(api.ask({ path: [name], parameters, what: name, signal }, indicesSchema))) ?? {}
  return Object.entries(indices).map(([index, { aliases, mappings }]) => {
    const mark = markSchema.safeParse(mappings._meta?.tidemark)
    return { name: index, aliases: Object.keys(aliases), mark: mark.data ?? null }
  })
}

/** Our builds of an alias, the newest last. */
export async function readBuilds(api: SearchApi, alias: string, signal: AbortSignal): Promise<(KnownIndex & { mark: BuildMark })[]> {
  const named = await readIndices(api, `${alias}-*`, signal)
  const ours = named.flatMap((one) => (one.mark?.alias === alias ? [{ ...one, mark: one.mark }] : []))
  return ours.sort((a, b) => a.mark.at - b.mark.at || (a.name < b.name ? -1 : 1))
}

/** What readers of an alias find now; throws where its name is that of something else, or leads to what is not ours. */
export async function readPublished(api: SearchApi, alias: string, signal: AbortSignal): Promise<KnownIndex[]> {
  const behind = await readIndices(api, alias, signal)
  const taken = (words: string) => new TidemarkError('conflict', { publicMessage: `${api.system}: ${words} Nothing was changed.` })
  if (behind.some(({ name }) => name === alias))
    throw taken(
      `there is an index called ${alias}, and a name is either an index or an alias. Remove it, or reindex it under another name.`,
    )
  if (behind.some(({ aliases }) => !aliases.includes(alias)))
    throw taken(`${alias} is the name of a data stream. Write another name into the catalogue.`)
  const foreign = behind.find(({ mark }) => mark?.alias !== alias)
  if (foreign !== undefined)
    throw taken(`the alias ${alias} leads to ${foreign.name}, which Tidemark did not build. Remove the alias there, or write another name.`)
  return behind
}
