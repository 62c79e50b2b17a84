/** A piece of an event stream, written as it goes over the wire. */
export type Frame = string

/** Who reads a stream. */
export interface StreamReader {
  /** What they may see; null: everything. */
  audience: string | null
  /** The session or the token they ask by; both null for somebody nobody knows. */
  sessionId: string | null
  tokenId: string | null
  /** The address they come from. */
  from: string | null
}

/** An open stream, as those who have something to tell see it. */
export interface Listener extends StreamReader {
  /** Waits for one answer and is no stream. */
  isGate?: true
  tell(frame: Frame): void
  end(): void
}

interface StreamOptions {
  listeners: Set<Listener>
  reader: StreamReader
  /** Told first. */
  greeting: Frame
  /** What this reader missed; its failure is told to nobody and ends nothing. */
  catchUp: () => Promise<Frame[]>
  /** Aborted when the reader went away. */
  gone: AbortSignal
}

/** Frames, and their bytes, that wait for one reader. Who takes longer is let go: browsers come back and are told what they missed. */
const WAITING_MAX = 200
const WAITING_BYTES_MAX = 64 * 1024

/** Streams of one session or token, where one browser needs one; of an address whose readers nobody knows, which may be a whole house; of all. */
const STREAMS_MAX = { known: 10, address: 200, all: 1000 }

/** Why no stream is opened for this reader, in words; null when one is. */
export function tooManyStreams(listeners: ReadonlySet<Listener>, reader: StreamReader): string | null {
  const holder = holderOf(reader)
  const isOfThese = (other: Listener) => holderOf(other) === holder && (holder !== null || other.from === reader.from)
  const ofThese = [...listeners].filter((other) => other.isGate !== true && isOfThese(other)).length
  if (listeners.size >= STREAMS_MAX.all) return 'Too many people follow this page at once.'
  if (holder !== null) return ofThese >= STREAMS_MAX.known ? 'This page is followed too often by this sign-in.' : null
  return ofThese >= STREAMS_MAX.address ? 'This page is followed too often from your address.' : null
}

function holderOf({ sessionId, tokenId }: StreamReader): string | null {
  return sessionId ?? tokenId
}

/**
 * The events of one reader. Nothing is held before somebody reads (an answer to HEAD is never read), and everything is let go however
 * it ends: the reader went away, before or after the first byte, reads too slowly, or the process stops.
 */
export function eventStream({ listeners, reader, greeting, catchUp, gone }: StreamOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let release = () => {}
  let isOpen = false
  let waitingBytes = 0
  const open = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const end = () => {
      release()
      close(controller)
    }
    const listener: Listener = {
      ...reader,
      tell(frame) {
        if (!isOpen) return
        const bytes = encoder.encode(frame)
        controller.enqueue(bytes)
        waitingBytes += bytes.length
        if (-(controller.desiredSize ?? 0) > WAITING_MAX || waitingBytes > WAITING_BYTES_MAX) end()
      },
      end,
    }
    release = () => {
      isOpen = false
      listeners.delete(listener)
      gone.removeEventListener('abort', end)
    }
    isOpen = true
    listeners.add(listener)
    gone.addEventListener('abort', end)
    listener.tell(greeting)
    catchUp().then(
      (frames) => frames.forEach(listener.tell),
      () => {},
    )
  }
  let wasOpened = false
  return new ReadableStream(
    {
      // Called only when nothing waits any more.
      pull(controller) {
        waitingBytes = 0
        if (wasOpened) return
        wasOpened = true
        if (gone.aborted || tooManyStreams(listeners, reader) !== null) close(controller)
        else open(controller)
      },
      cancel: () => release(),
    },
    { highWaterMark: 0 },
  )
}

function close(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close()
  } catch {
    // The reader went away first and the stream is closed already.
  }
}
