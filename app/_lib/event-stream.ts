/** A piece of an event stream, written as it goes over the wire. */
export type Frame = string

/** An open stream, as those who have something to tell see it. */
export interface Listener {
  /** What its reader may see; null: everything. */
  audience: string | null
  /** The session by which they listen; null: nobody known. */
  sessionId: string | null
  tell(frame: Frame): void
  end(): void
}

interface StreamOptions {
  listeners: Set<Listener>
  audience: string | null
  sessionId: string | null
  /** Told first. */
  greeting: Frame
  /** What this reader missed; its failure is told to nobody and ends nothing. */
  catchUp: () => Promise<Frame[]>
  /** Aborted when the reader went away. */
  gone: AbortSignal
}

/** Frames that wait for one reader. Who takes longer is let go: browsers come back and are told what they missed. */
const WAITING_MAX = 200

/**
 * The events of one reader. Nothing is held before somebody reads (an answer to HEAD is never read), and everything is let go however
 * it ends: the reader went away, before or after the first byte, reads too slowly, or the process stops.
 */
export function eventStream({ listeners, audience, sessionId, greeting, catchUp, gone }: StreamOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let release = () => {}
  let isOpen = false
  const open = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const end = () => {
      release()
      close(controller)
    }
    const listener: Listener = {
      audience,
      sessionId,
      tell(frame) {
        if (!isOpen) return
        controller.enqueue(encoder.encode(frame))
        if (-(controller.desiredSize ?? 0) > WAITING_MAX) end()
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
      pull(controller) {
        if (wasOpened) return
        wasOpened = true
        if (gone.aborted) close(controller)
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
