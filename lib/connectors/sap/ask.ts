import { askForJson, basicAuth, type JsonQuestion } from '#lib/connectors/kit/ask.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { HttpAnswer } from '#lib/platform/http/client.ts'
import type { SapSettings } from './settings.ts'

const ANSWER_BYTES_MAX = 1_000_000_000

export function systemOf(connection: Connection<SapSettings>): string {
  return `SAP (${connection.key})`
}

export function askSap(
  connection: Connection<SapSettings>,
  url: URL,
  question: Pick<JsonQuestion, 'json' | 'explain'> = {},
): Promise<HttpAnswer> {
  const { key, keyHeader, user, password, timeout } = connection.settings
  return askForJson(connection, {
    ...question,
    system: systemOf(connection),
    url: url.href,
    headers: key === undefined ? basicAuth(user, password) : { [keyHeader.toLowerCase()]: key },
    timeoutMs: timeout,
    timeouts: 5,
    bytesMax: ANSWER_BYTES_MAX,
  })
}
