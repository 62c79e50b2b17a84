import type { Status } from '#lib/domain/freshness/status.ts'
import type { Topic } from '#lib/queries/changes/topic.ts'

/** Whether the server is heard; `none` before anybody knows. */
export type LineState = 'starting' | 'live' | 'lost'

/** A feed that has another status, by its key: what it is called stands on the page, where somebody sees it. */
export interface TurnedFeed {
  key: string
  to: Status | null
}

/** What those who follow the server tell each other. */
export type LineNews = { kind: 'state'; state: LineState } | { kind: 'moved'; topics: Topic[] } | { kind: 'turned'; turned: TurnedFeed }

/** What all tabs of a browser hear each other on. */
export const CHANNEL = 'tidemark-events'

const AGAIN_MS = 3000

/** The one event stream: opened again whenever it ends, until it is closed. */
export function openEvents(tell: (news: LineNews) => void): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const open = () => {
    source = new EventSource('/api/v1/events')
    source.addEventListener('open', () => tell({ kind: 'state', state: 'live' }))
    source.addEventListener('moved', ({ data }: MessageEvent<string>) => tell({ kind: 'moved', topics: topicsIn(data) }))
    source.addEventListener('change', ({ data }: MessageEvent<string>) => {
      const turned = turnedIn(data)
      if (turned !== null) tell({ kind: 'turned', turned })
    })
    source.addEventListener('error', () => {
      tell({ kind: 'state', state: 'lost' })
      source?.close()
      timer = setTimeout(open, AGAIN_MS)
    })
  }
  open()
  return () => {
    clearTimeout(timer)
    source?.close()
  }
}

function topicsIn(data: string): Topic[] {
  const { topics }: { topics: Topic[] } = JSON.parse(data)
  return topics
}

/** A feed that has another status; null for anything else, and where too many changed to be told one by one. */
function turnedIn(data: string): TurnedFeed | null {
  const { kind, key, to }: Partial<TurnedFeed> & { kind?: string } = JSON.parse(data)
  return kind === 'feed' && key !== undefined ? { key, to: to ?? null } : null
}
