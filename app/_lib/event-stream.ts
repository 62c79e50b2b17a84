import { toInternalMessage } from '#lib/platform/errors.ts'
import { getChangesAfter, getLastChange } from '#lib/queries/change-sequence.ts'
import { type PageEvent, type WebProcess, webProcess } from './web-process.ts'

const HEARTBEAT_MS = 20_000
/** How long a browser waits before it comes back after a lost connection. */
const RETRY_MS = 3000

interface Start {
  /** The last change the reader was told of. */
  afterId: string | null
  /** When the reader's page was made. */
  seen: number | null
}

/** The events of one open page, until it goes away or the process stops. */
export function eventStream(start: Start, gone: AbortSignal): ReadableStream<Uint8Array> {
  const web = webProcess()
  const over = AbortSignal.any([gone, web.stopping.signal])
  const encoder = new TextEncoder()
  return new ReadableStream({
    start(controller) {
      const write = (text: string) => {
        if (!over.aborted) controller.enqueue(encoder.encode(text))
      }
      const tell = (event: PageEvent) => void tellEvent(web, event, write)
      const heart = setInterval(() => write(': still here\n\n'), HEARTBEAT_MS)
      over.addEventListener('abort', () => {
        clearInterval(heart)
        web.listeners.delete(tell)
        close(controller)
      })
      web.listeners.add(tell)
      write(`retry: ${RETRY_MS}\n: hello\n\n`)
      void catchUp(web, start, write)
    },
  })
}

function close(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close()
  } catch {
    // The reader went away first and the stream is closed already.
  }
}

type Write = (text: string) => void

/** Whoever was away is told what they missed; everybody learns the number of the newest change. */
async function catchUp(web: WebProcess, start: Start, write: Write): Promise<void> {
  try {
    if (start.afterId !== null) return await tellChanges(web, start.afterId, write)
    const last = await getLastChange(web.context)
    const missed = start.seen !== null && last.recordedAt > start.seen
    write(missed ? `id: ${last.id}\nevent: change\ndata: {}\n\n` : `id: ${last.id}\nevent: hello\ndata: {}\n\n`)
  } catch (error) {
    web.context.log.warn('could not catch an event stream up', { error: toInternalMessage(error) })
  }
}

async function tellEvent(web: WebProcess, event: PageEvent, write: Write): Promise<void> {
  if (event.kind !== 'statuses') return write(`event: ${event.kind}\ndata: {}\n\n`)
  try {
    await tellChanges(web, event.afterId, write)
  } catch (error) {
    web.context.log.warn('could not tell a change', { error: toInternalMessage(error) })
  }
}

async function tellChanges(web: WebProcess, afterId: string, write: Write): Promise<void> {
  const changes = await getChangesAfter(web.context, afterId)
  if (changes === null) {
    const last = await getLastChange(web.context)
    return write(`id: ${last.id}\nevent: change\ndata: {}\n\n`)
  }
  for (const { id, ...change } of changes) write(`id: ${id}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`)
}
