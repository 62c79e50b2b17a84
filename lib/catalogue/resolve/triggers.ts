import type { CatalogueFlow } from '#lib/catalogue/catalogue.ts'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import { type CatalogueDocument, CONNECTION_KEYS } from '#lib/catalogue/schema/document.ts'
import { LIST_EVERY_MS, type WrittenTrigger } from '#lib/catalogue/schema/triggers.ts'
import { weekdayNumbers } from '#lib/catalogue/schema/weekdays.ts'
import type { RunHours, WantedValues } from '#lib/domain/runs/trigger-conditions.ts'
import type { FileWay, FlowTrigger } from '#lib/domain/runs/triggers.ts'
import { settingsBeside } from './placed-assets.ts'

type WrittenFlow = CatalogueDocument['flows'][string]
type WrittenHours = NonNullable<NonNullable<WrittenFlow>['when']>

/** Connection and place of `shop/incoming/`: the place without slashes around it. */
export function placeOfFiles(written: string): { source: string; place: string } {
  const slash = written.indexOf('/')
  const source = slash < 0 ? written : written.slice(0, slash)
  return { source, place: slash < 0 ? '' : written.slice(slash + 1).replaceAll(/^\/+|\/+$/g, '') }
}

/** What a flow's `on` and `debounce` come to, every default filled in. */
export function triggersOf(
  written: WrittenFlow,
  { connections, page }: CatalogueDocument,
  { connectors }: CatalogueContracts,
): Pick<CatalogueFlow, 'on' | 'debounceMs' | 'when'> {
  const hasQueue = (source: string): boolean => {
    const connection = connections[source]
    if (connection === undefined) return false
    return connectors.get(connection.kind)?.hasQueue?.(settingsBeside(connection, CONNECTION_KEYS)) === true
  }
  const on = (written?.on ?? []).flatMap((trigger) => resolveTrigger(trigger, hasQueue))
  return {
    ...(on.length > 0 && { on }),
    ...(written?.debounce !== undefined && { debounceMs: written.debounce }),
    ...(written?.when !== undefined && { when: toHours(written.when, written.timezone ?? page.zone) }),
  }
}

function toHours({ days = 'mon-sun', from = '00:00', to = '00:00', zone }: WrittenHours, own: string): RunHours {
  return { days: weekdayNumbers(days), from, to, zone: zone ?? own }
}

function toWanted(where: WrittenTrigger['where']): { where?: WantedValues } {
  if (where === undefined) return {}
  return { where: Object.fromEntries(Object.entries(where).map(([place, values]) => [place, [values].flat().map(String)])) }
}

function resolveTrigger(written: WrittenTrigger, hasQueue: (source: string) => boolean): FlowTrigger[] {
  const { file, match = null, by, every = LIST_EVERY_MS, least, most, fresh, message, push, where } = written
  if (file !== undefined) {
    const { source, place } = placeOfFiles(file)
    const size = { ...(least !== undefined && { leastBytes: least }), ...(most !== undefined && { mostBytes: most }) }
    const way: FileWay = by ?? (hasQueue(source) ? 'queue' : 'listing')
    return [{ kind: 'file', source, place, match, by: way, everyMs: every, ...size }]
  }
  if (fresh !== undefined) return [{ kind: 'fresh', feeds: [...new Set(fresh)] }]
  if (message !== undefined) return [{ kind: 'message', source: message, ...toWanted(where) }]
  return push === true ? [{ kind: 'push', ...toWanted(where) }] : []
}
