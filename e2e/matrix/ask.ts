import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { expect } from '@playwright/test'
import { type Asked, ask as askAs, inTurn, type Seen } from '../attack/ask.ts'
import type { Asker } from './actors.ts'

export type Answer = Pick<Seen, 'status' | 'location' | 'tag' | 'text'>

export const isPage = (route: string) => existsSync(`app${route}/page.tsx`) || route === '/'

/** What somebody is answered at an address of the page at `url`. */
export function ask(url: string, path: string, { headers }: Pick<Asker, 'headers'>, init: Asked = {}): Promise<Answer> {
  return askAs({ url, cookie: '' }, path, { ...init, headers: { ...headers, ...init.headers } })
}

/** As a browser asks that is on another page already; Next sends it on to an address with a mark of its own. */
export async function navigate(url: string, path: string, asker: Asker, headers: Record<string, string> = {}): Promise<Answer> {
  const init = { headers: { rsc: '1', ...headers } }
  const first = await ask(url, path, asker, init)
  const isMarked = first.status === 307 && first.location.includes('_rsc')
  return isMarked ? ask(url, first.location.replace(url, ''), asker, init) : first
}

/** The answers by all the ways there are to read, by name. */
export async function askEveryWay(
  url: string,
  path: string,
  { asker, route }: { asker: Asker; route: string },
): Promise<Record<string, Answer>> {
  return {
    GET: await ask(url, path, asker),
    HEAD: await ask(url, path, asker, { method: 'HEAD' }),
    ...(isPage(route) && { navigation: await navigate(url, path, asker) }),
  }
}

/** How Next's own script asks ahead: for a whole page, and for its pieces. */
export const AHEAD: Readonly<Record<string, Record<string, string>>> = {
  prefetch: { 'next-router-prefetch': '1' },
  'prefetch of its frame': { 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' },
}

/** The answer to a method that `fetch` does not send. */
export function askBy(method: string, url: string, path: string, { headers }: Pick<Asker, 'headers'>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { method, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        const { statusCode = 0, rawHeaders, headers: head } = answer
        const text = `${rawHeaders.join('\n')}\n\n${Buffer.concat(chunks)}`
        resolve({ status: statusCode, location: head.location ?? '', tag: null, text })
      })
    })
    asked.on('error', reject).end()
  })
}

/** Everybody asks for everything, some at a time. */
export function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  return inTurn(items, 6, work)
}

/** Waits until whom nobody knows is answered so: the page looks up every two seconds who may see it. */
export async function strangersGet(url: string, status: number): Promise<void> {
  const answered = () => ask(url, '/api/v1/feeds', { headers: {} }).then((answer) => answer.status)
  await expect.poll(answered, { timeout: 20_000, intervals: [100] }).toBe(status)
}
