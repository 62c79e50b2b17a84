import type { CatalogueFlow } from '#lib/catalogue/catalogue.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { type CatalogueDocument, CONNECTION_KEYS } from '#lib/catalogue/schema/document.ts'
import { LIST_EVERY_MS, type WrittenTrigger } from '#lib/catalogue/schema/triggers.ts'
import type { FileWay, FlowTrigger } from '#lib/domain/runs/triggers.ts'
import { settingsBeside } from './placed-assets.ts'

type WrittenFlow = CatalogueDocument['flows'][string]

/** Connection and place of `shop/incoming/`: the place without slashes around it. */
export function placeOfFiles(written: string): { source: string; place: string } {
  const slash = written.indexOf('/')
  const source = slash < 0 ? written : written.slice(0, slash)
  return { source, place: slash < 0 ? '' : written.slice(slash + 1).replaceAll(/^\/+|\/+$/g, '') }
}

/** What a flow's `on` and `debounce` come to, every default filled in. */
export function triggersOf(
  written: WrittenFlow,
  { connections }: CatalogueDocument,
  { connectors }: CatalogueContracts,
): Pick<CatalogueFlow, 'on' | 'debounceMs'> {
  const hasQueue = (source: string): boolean => {
    const connection = connections[source]
    if (connection === undefined) return false
    return connectors.get(connection.kind)?.hasQueue?.(settingsBeside(connection, CONNECTION_KEYS)) === true
  }
  const on = (written?.on ?? []).flatMap((trigger) => resolveTrigger(trigger, hasQueue))
  return {
    ...(on.length > 0 && { on }),
    ...(written?.debounce !== undefined && { debounceMs: written.debounce }),
  }
}

function resolveTrigger(written: WrittenTrigger, hasQueue: (source: string) => boolean): FlowTrigger[] {
  const { file, match = null, by, every = LIST_EVERY_MS, fresh, message, push } = written
  if (file !== undefined) {
    const { source, place } = placeOfFiles(file)
    const way: FileWay = by ?? (hasQueue(source) ? 'queue' : 'listing')
    return [{ kind: 'file', source, place, match, by: way, everyMs: every }]
  }
  if (fresh !== undefined) return [{ kind: 'fresh', feeds: [...new Set(fresh)] }]
  if (message !== undefined) return [{ kind: 'message', source: message }]
  return push === true ? [{ kind: 'push' }] : []
}
