import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { DbtSettings } from './settings.ts'

export type Connected = Connection<DbtSettings>

/** In public words, within a sentence. */
export function systemOf({ key }: Pick<Connected, 'key'>): string {
  return `the dbt project (${key})`
}
