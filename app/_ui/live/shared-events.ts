import { CHANNEL, type LineNews, openEvents } from './event-source.ts'

type Tell = (news: LineNews) => void

/**
 * Follows the server over one event stream for all tabs of a browser, so that no number of tabs uses up its connections: held by a shared
 * worker, else by one tab that leads. Returns what ends it.
 */
export function followEvents(tell: Tell): () => void {
  const over = new AbortController()
  const channel = new BroadcastChannel(CHANNEL)
  channel.addEventListener('message', ({ data }: MessageEvent<LineNews>) => tell(data))
  over.signal.addEventListener('abort', () => channel.close())
  if (!shareWorker(tell, over.signal, () => takeTurns(channel, tell, over.signal))) takeTurns(channel, tell, over.signal)
  return () => over.abort()
}

/** False where there are no shared workers; `otherwise` is called when this one turns out not to run. */
function shareWorker(tell: Tell, over: AbortSignal, otherwise: () => void): boolean {
  if (typeof SharedWorker === 'undefined') return false
  try {
    const worker = new SharedWorker(new URL('./events-worker.ts', import.meta.url), { name: CHANNEL })
    worker.addEventListener('error', () => {
      if (!over.aborted) otherwise()
    })
    worker.port.addEventListener('message', ({ data }: MessageEvent<LineNews>) => tell(data))
    worker.port.start()
    over.addEventListener('abort', () => worker.port.close())
    return true
  } catch {
    return false
  }
}

/** One tab leads: whoever is seen takes over from one that is hidden and may be asleep. Without locks every tab that is seen leads itself. */
function takeTurns(channel: BroadcastChannel, tell: Tell, over: AbortSignal): void {
  if (over.aborted) return
  const lead = (turn: AbortSignal) =>
    new Promise<void>((resolve) => {
      const close = openEvents((news) => {
        tell(news)
        channel.postMessage(news)
      })
      turn.addEventListener('abort', () => {
        close()
        resolve()
      })
    })
  let turn = new AbortController()
  const begin = () => {
    turn.abort()
    turn = new AbortController()
    if (!over.aborted) void (navigator.locks === undefined ? leadWhileSeen(lead, turn.signal) : leadInTurn(lead, turn.signal))
  }
  begin()
  for (const event of ['visibilitychange', 'resume']) document.addEventListener(event, begin, { signal: over })
  document.addEventListener('freeze', () => turn.abort(), { signal: over })
  over.addEventListener('abort', () => turn.abort())
}

type Lead = (turn: AbortSignal) => Promise<void>

function leadWhileSeen(lead: Lead, turn: AbortSignal): Promise<void> {
  return document.visibilityState === 'visible' ? lead(turn) : Promise.resolve()
}

/** Waits for the others to go; who has just come into sight does not wait. A lead that was taken away ends, and waits anew. */
async function leadInTurn(lead: Lead, turn: AbortSignal): Promise<void> {
  const isSeen = document.visibilityState === 'visible'
  for (let takesOver = isSeen; !turn.aborted; takesOver = false) {
    const mine = new AbortController()
    const signal = AbortSignal.any([turn, mine.signal])
    const options: LockOptions = takesOver ? { steal: true } : { signal }
    await navigator.locks.request(CHANNEL, options, () => (signal.aborted ? undefined : lead(signal))).catch(() => {})
    mine.abort()
  }
}
