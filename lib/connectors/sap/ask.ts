import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { SapSettings } from './settings.ts'

/** The headers that let us in: a key, or user and password. */
export function credentialsOf({ key, keyHeader, user, password }: SapSettings): Record<string, string> {
  if (key !== undefined) return { [keyHeader.toLowerCase()]: key }
  return { authorization: `Basic ${Buffer.from(`${user ?? ''}:${password ?? ''}`).toString('base64')}` }
}

/** The system in public words. */
export function systemOf(connection: Connection<SapSettings>): string {
  return `SAP (${connection.key})`
}
