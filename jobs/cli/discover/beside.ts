import { realpath } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import type { Catalogue } from '#lib/catalogue/catalogue.ts'
import { parseCatalogueText } from '#lib/catalogue/parse/catalogue-file.ts'
import { childOf, entriesOf } from '#lib/catalogue/parse/node.ts'
import type { ProposalInput } from '#lib/catalogue/propose/proposal.ts'
import { loadCatalogue } from '#lib/commands/catalogue/load-catalogue.ts'
import { readCatalogueTexts } from '#lib/commands/catalogue/read-catalogue.ts'

/** What stands in the folder a proposal is written to. */
interface Beside {
  /** Connections that any file there declares. */
  connections: ReadonlySet<string>
  /** The catalogue in force, where it is that folder. */
  catalogue: Catalogue | null
}

export const NOTHING_BESIDE: Beside = { connections: new Set(), catalogue: null }

/** The keys of a catalogue, for a proposal beside it. */
export function keysOf(catalogue: Catalogue): NonNullable<ProposalInput['existing']> {
  return {
    groups: new Set(catalogue.groups.map((group) => group.key)),
    feeds: new Set(catalogue.feeds.map((feed) => feed.key)),
    assets: new Set(catalogue.assets.map((asset) => asset.key)),
  }
}

async function isSamePlace(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((path) => realpath(path).catch(() => null)))
  return one !== null && one === other
}

/** Reads what a proposal that goes to `out` will stand beside; what cannot be read there is none of its business. */
export async function lookBeside(out: string, config: string | null): Promise<Beside> {
  const folder = dirname(out)
  const read = await readCatalogueTexts(folder)
  const others = read.ok ? read.texts.filter(({ file }) => file !== basename(out)) : []
  const connections = others.flatMap((text) => entriesOf(childOf(parseCatalogueText(text).root ?? undefined, 'connections')))
  const loaded = config !== null && (await isSamePlace(folder, config)) ? await loadCatalogue(config, await loadExtensions()) : null
  return { connections: new Set(connections.map(([key]) => key)), catalogue: loaded?.ok === true ? loaded.catalogue : null }
}
