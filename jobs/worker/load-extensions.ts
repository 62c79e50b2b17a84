import { fileURLToPath } from 'node:url'
import type { CatalogueContracts } from '#lib/catalogue/schema/contracts.ts'
import type { Connector } from '#lib/connectors/kit/connector.ts'
import type { Flow } from '#lib/engine/flow.ts'
import type { Notifier } from '#lib/notifiers/notifier.ts'
import { loadFolder } from '#lib/platform/load-folder.ts'
import { loadNotifiers } from './load-kinds.ts'

const CONNECTORS = fileURLToPath(new URL('../../lib/connectors', import.meta.url))
const FLOWS = fileURLToPath(new URL('../flows', import.meta.url))

/** Connectors, flows and kinds of channels, by name; also what the catalogue is checked against. */
interface Extensions extends CatalogueContracts {
  channels: Map<string, Notifier>
  connectors: Map<string, Connector>
  flows: Map<string, Flow>
}

function hasFunctions(value: unknown, names: readonly string[], functions: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => name in value) && functions.every((name) => typeof Reflect.get(value, name) === 'function')
}

function isConnector(value: unknown): value is Connector {
  return hasFunctions(value, ['kind', 'settings', 'assetSettings', 'assetKind'], ['open'])
}

function isFlow(value: unknown): value is Flow {
  return hasFunctions(value, ['schedule', 'timezone', 'reads', 'writes', 'connections', 'parameters', 'timeoutMs'], ['run'])
}

export function loadConnectors(): Promise<Map<string, Connector>> {
  return loadFolder(CONNECTORS, { except: ['kit'], inFolder: 'connector.ts' }, isConnector)
}

export function loadFlows(): Promise<Map<string, Flow>> {
  return loadFolder(FLOWS, { inFolder: 'flow.ts' }, isFlow)
}

export async function loadExtensions(): Promise<Extensions> {
  const [connectors, flows, channels] = await Promise.all([loadConnectors(), loadFlows(), loadNotifiers()])
  return { connectors, flows, channels }
}
