import { askInTurn } from '#lib/connectors/kit/ask.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { credentials } from '#lib/connectors/kit/http-auth.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { HttpAnswer, HttpRequest } from '#lib/platform/http/client.ts'
import type { HttpSettings } from './settings.ts'

export type Connected = Connection<HttpSettings>

const ANSWER_BYTES_MAX = 4_000_000_000
const TOTAL_MS = 24 * 3_600_000

export function systemOf(connection: Connected): string {
  return `HTTP (${connection.key})`
}

/** The address of a path below the connection's; a path never leads to another host. */
export function addressOf({ settings, key }: Connected, path: string): URL {
  const base = new URL(settings.baseUrl)
  const text = `${settings.baseUrl.replace(/[?#].*$/, '').replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.origin === base.origin && `${url.pathname}/`.startsWith(`${base.pathname.replace(/\/+$/, '')}/`)) return url
  throw new TidemarkError('invalid', { publicMessage: `"${path}" is not a path below the address of ${key}.` })
}

export function ask(
  connection: Connected,
  url: URL,
  request: Pick<HttpRequest, 'method' | 'body'> & { headers?: Record<string, string> } = {},
): Promise<HttpAnswer> {
  const { settings } = connection
  const { headers, ...rest } = request
  return askInTurn(connection, {
    ...rest,
    system: systemOf(connection),
    url: url.href,
    headers: { ...credentials(settings), ...headers },
    limits: { headersMs: settings.timeout, idleMs: settings.timeout, totalMs: TOTAL_MS, bodyBytes: ANSWER_BYTES_MAX },
    ...(settings.auth === 'none' && { explain: withoutCredentials(systemOf(connection)) }),
  })
}

function withoutCredentials(system: string): (status: number) => string | undefined {
  return (status) =>
    status === 401 || status === 403
      ? `${system} does not let us in without credentials (HTTP ${status}), and the connection has none: auth is none.`
      : undefined
}
