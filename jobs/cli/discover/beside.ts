import { realpath } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import type { Catalogue } from '#lib/catalogue/catalogue.ts'
import { parseCatalogueText } from '#lib/catalogue/parse/catalogue-file.ts'
import { childOf, entriesOf } from '#lib/catalogue/parse/node.ts'
import type { ProposalInput } from '#lib/catalogue/propose/proposal.ts'
import { loadCatalogue } from '#lib/commands/catalogue/load-catalogue.ts'
import { readCatalogueTexts } from '#lib/commands/catalogue/read-catalogue.ts'

interface Beside {
  connections: ReadonlySet<string>
  catalogue: Catalogue | null
}

export const NOTHING_BESIDE: Beside = { connections: new Set(), catalogue: null }

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

/** Reads what a proposal written to `out` will stand beside; unreadable files are ignored. */
export async function readBeside(out: string, config: string | null): Promise<Beside> {
  const folder = dirname(out)
  const read = await readCatalogueTexts(folder)
  const others = read.ok ? read.texts.filter(({ file }) => file !== basename(out)) : []
  const connections = others.flatMap((text) => entriesOf(childOf(parseCatalogueText(text).root ?? undefined, 'connections')))
  const loaded = config !== null && (await isSamePlace(folder, config)) ? await loadCatalogue(config, await loadExtensions()) : null
  return { connections: new Set(connections.map(([key]) => key)), catalogue: loaded?.ok === true ? loaded.catalogue : null }
}
