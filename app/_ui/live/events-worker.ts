// The shared worker of all tabs of a browser: holds the one event stream and tells the tabs what comes over it.
import { CHANNEL, type LineState, openEvents } from './event-source.ts'

const channel = new BroadcastChannel(CHANNEL)
let state: LineState = 'starting'

openEvents((news) => {
  if (news.kind === 'state') state = news.state
  channel.postMessage(news)
})

addEventListener('connect', (event) => {
  if (event instanceof MessageEvent) event.ports[0]?.postMessage({ kind: 'state', state })
})
