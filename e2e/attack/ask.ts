import type { Harness } from '../harness.ts'

/** An answer as whoever asked sees it. */
export interface Seen {
  status: number
  type: string
  location: string
  setCookie: string
  tag: string | null
  /** Head and body. */
  text: string
}

export interface Asked extends RequestInit {
  headers?: Record<string, string>
}

/** Asks as the admin of a harness; `headers` come on top, an empty one takes away what is sent otherwise. */
export async function ask({ url, cookie }: Pick<Harness, 'url' | 'cookie'>, path: string, init: Asked = {}): Promise<Seen> {
  const headers = Object.entries({ cookie, ...init.headers }).filter(([, value]) => value !== '')
  const answer = await fetch(`${url}${path}`, { redirect: 'manual', ...init, headers: Object.fromEntries(headers) })
  const told = (name: string) => answer.headers.get(name) ?? ''
  const head = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
  return {
    status: answer.status,
    type: told('content-type'),
    location: told('location'),
    setCookie: told('set-cookie'),
    tag: answer.headers.get('etag'),
    text: `${head}\n\n${await answer.text()}`,
  }
}

/** Sends a form as the page itself does. */
export function send(
  harness: Pick<Harness, 'url' | 'cookie'>,
  path: string,
  fields: Record<string, string>,
  headers: Asked['headers'] = {},
): Promise<Seen> {
  return ask(harness, path, { method: 'POST', body: new URLSearchParams(fields), headers: { origin: harness.url, ...headers } })
}

/** Sends JSON as the page itself does. */
export function sendJson(
  harness: Pick<Harness, 'url' | 'cookie'>,
  path: string,
  body: string,
  headers: Asked['headers'] = {},
): Promise<Seen> {
  return ask(harness, path, { method: 'POST', body, headers: { origin: harness.url, 'content-type': 'application/json', ...headers } })
}

/** So many at a time: all at once would only measure the queue. */
export async function inTurn<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values()
  const take = async () => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, take))
}
