import { describe, expect, it } from 'vitest'
import { eventStream, type Frame, type Listener } from './event-stream.ts'

function open(options: { catchUp?: () => Promise<Frame[]> } = {}) {
  const listeners = new Set<Listener>()
  const gone = new AbortController()
  const stream = eventStream({
    listeners,
    audience: null,
    sessionId: null,
    greeting: 'hello',
    catchUp: options.catchUp ?? (async () => []),
    gone: gone.signal,
  })
  return { listeners, gone, stream }
}

const textOf = ({ value }: ReadableStreamReadResult<Uint8Array>) => new TextDecoder().decode(value)

describe('an event stream', () => {
  it('holds nothing as long as nobody reads it: an answer to HEAD never is', async () => {
    const { listeners, stream } = open()
    new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
    await new Promise(setImmediate)
    expect(listeners.size).toBe(0)
  })

  it('greets, tells what was missed, then what happens', async () => {
    const { listeners, stream } = open({ catchUp: async () => ['missed'] })
    const reader = stream.getReader()
    expect(textOf(await reader.read())).toBe('hello')
    expect(textOf(await reader.read())).toBe('missed')
    for (const listener of listeners) listener.tell('news')
    expect(textOf(await reader.read())).toBe('news')
    expect(listeners.size).toBe(1)
  })

  it('is let go when the reader cancels', async () => {
    const { listeners, stream } = open()
    const reader = stream.getReader()
    await reader.read()
    await reader.cancel()
    expect(listeners.size).toBe(0)
  })

  it('is let go when the request is over, and ends', async () => {
    const { listeners, gone, stream } = open()
    const reader = stream.getReader()
    await reader.read()
    gone.abort()
    expect(listeners.size).toBe(0)
    expect((await reader.read()).done).toBe(true)
  })

  it('never begins when the reader went away before the start', async () => {
    const { listeners, gone, stream } = open()
    gone.abort()
    expect((await stream.getReader().read()).done).toBe(true)
    expect(listeners.size).toBe(0)
  })

  it('is let go when the process stops', async () => {
    const { listeners, stream } = open()
    const reader = stream.getReader()
    await reader.read()
    for (const listener of listeners) listener.end()
    expect(listeners.size).toBe(0)
    expect((await reader.read()).done).toBe(true)
  })

  it('is let go when its reader is too slow, and what was told until then is still there', async () => {
    const { listeners, stream } = open()
    const reader = stream.getReader()
    await reader.read()
    for (let told = 0; told < 1000; told += 1) for (const listener of listeners) listener.tell(`${told} `)
    expect(listeners.size).toBe(0)
    let text = ''
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += textOf(part)
    expect(text).toMatch(/^0 1 2 .*200 $/)
  })

  it('goes on when what was missed cannot be read, and tells nothing after its end', async () => {
    const { listeners, stream } = open({ catchUp: () => Promise.reject(new Error('no database')) })
    const reader = stream.getReader()
    await reader.read()
    const [listener] = listeners
    await reader.cancel()
    listener?.tell('late')
    listener?.end()
    expect(listeners.size).toBe(0)
  })
})
