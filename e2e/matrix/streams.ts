import { expect } from '@playwright/test'
import type { Asker } from './actors.ts'

/** What somebody reads of the events of the page. */
export interface Reading {
  asker: Asker
  status: number
  /** Everything that has come so far. */
  text(): string
  /** Resolves once something like this has come. */
  reads(words: string): Promise<void>
  /** Resolves when the page ends the stream. */
  ended: Promise<void>
  stop(): void
}

/** Follows the events, and is told of everything there was, too. */
export async function follow(url: string, asker: Asker): Promise<Reading> {
  const leaving = new AbortController()
  const answer = await fetch(`${url}/api/v1/events?seen=1`, {
    headers: { ...asker.headers, 'last-event-id': '0' },
    redirect: 'manual',
    signal: leaving.signal,
  })
  const decoder = new TextDecoder()
  let text = [...answer.headers].join('\n')
  const read = async () => {
    for await (const chunk of answer.body ?? []) text += decoder.decode(chunk, { stream: true })
  }
  const ended = read().catch((error: unknown) => {
    if (!leaving.signal.aborted) throw error
  })
  return {
    asker,
    status: answer.status,
    text: () => text,
    reads: (words) => expect.poll(() => text, { message: `${asker.name} reads of ${words}`, timeout: 20_000 }).toContain(words),
    ended,
    stop: () => leaving.abort(),
  }
}

/** Follows the events again and again, until that is refused. */
export async function followTooOften(url: string, asker: Asker): Promise<Reading[]> {
  const readings: Reading[] = []
  while (readings.length < 40 && readings.at(-1)?.status !== 429) readings.push(await follow(url, asker))
  return readings
}
