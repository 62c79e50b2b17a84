import { describe, expect, it } from 'vitest'
import { eventStream, type Frame, type Listener, type StreamReader, tooManyStreams } from './event-stream.ts'

const SOMEBODY: StreamReader = { audience: null, sessionId: null, tokenId: null, from: '192.0.2.7' }

function open(options: { catchUp?: () => Promise<Frame[]>; listeners?: Set<Listener> } = {}) {
  const listeners = options.listeners ?? new Set<Listener>()
  const gone = new AbortController()
  const stream = eventStream({
    listeners,
    reader: SOMEBODY,
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

  it('is let go when more bytes wait for its reader than a screen could use', async () => {
    const { listeners, stream } = open()
    const reader = stream.getReader()
    await reader.read()
    const [listener] = listeners
    for (let told = 0; told < 6; told += 1) {
      const next = reader.read()
      listener?.tell('x'.repeat(60_000))
      expect((await next).value?.length).toBe(60_000)
    }
    void reader.read()
    listener?.tell('x'.repeat(60_000))
    expect(listeners.size).toBe(1)
    listener?.tell('x'.repeat(60_000))
    expect(listeners.size).toBe(0)
  })

  it('ends at once when so many were opened while it was made that there is no room for it', async () => {
    const listeners = crowd(200, SOMEBODY)
    const { stream } = open({ listeners })
    expect((await stream.getReader().read()).done).toBe(true)
    expect(listeners.size).toBe(200)
  })
})

const crowd = (count: number, reader: StreamReader) =>
  new Set<Listener>(Array.from({ length: count }, () => ({ ...reader, tell: () => {}, end: () => {} })))

describe('streams', () => {
  const signedIn = (sessionId: string): StreamReader => ({ ...SOMEBODY, sessionId })

  it('are ten for each session, which stands for one browser', () => {
    expect(tooManyStreams(crowd(9, signedIn('a')), signedIn('a'))).toBeNull()
    expect(tooManyStreams(crowd(10, signedIn('a')), signedIn('a'))).toContain('by this sign-in')
    expect(tooManyStreams(crowd(10, signedIn('a')), signedIn('b'))).toBeNull()
    const program = { ...SOMEBODY, tokenId: 't' }
    expect(tooManyStreams(crowd(9, program), program)).toBeNull()
    expect(tooManyStreams(crowd(10, program), program)).toContain('by this sign-in')
  })

  it('are not the gates that somebody waits for', () => {
    const listeners = new Set([...crowd(50, signedIn('a'))].map((listener) => ({ ...listener, isGate: true as const })))
    expect(tooManyStreams(listeners, signedIn('a'))).toBeNull()
  })

  it('are two hundred for each address whose readers nobody knows; those who signed in do not count there', () => {
    expect(tooManyStreams(crowd(199, SOMEBODY), SOMEBODY)).toBeNull()
    expect(tooManyStreams(crowd(200, SOMEBODY), SOMEBODY)).toContain('from your address')
    expect(tooManyStreams(crowd(200, SOMEBODY), { ...SOMEBODY, from: '192.0.2.8' })).toBeNull()
    expect(tooManyStreams(crowd(200, SOMEBODY), signedIn('a'))).toBeNull()
    expect(tooManyStreams(crowd(200, signedIn('a')), SOMEBODY)).toBeNull()
  })

  it('are a thousand in all', () => {
    expect(tooManyStreams(crowd(1000, { ...SOMEBODY, from: '192.0.2.8' }), signedIn('a'))).toContain('Too many people')
  })
})
