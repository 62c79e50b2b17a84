import type { Metadata } from 'next'
import { SHAPES, themed } from '#app/_embed/status-shapes.ts'
import type { Status } from '#lib/domain/freshness/status.ts'

/**
 * The icon in the tab of a page about something that has a status. It stands in the page itself, so it is its reader's, never an older one, and follows with the
 * page. Without a status it is that of all pages.
 */
export function statusIcon(status: Status | null): Pick<Metadata, 'icons'> {
  if (status === null) return {}
  return { icons: { icon: { url: `data:image/svg+xml,${encodeURIComponent(drawn(status))}`, type: 'image/svg+xml' } } }
}

function drawn(status: Status): string {
  const colours = themed('auto', ({ paper, statuses }) => {
    const [colour] = statuses[status]
    return `.f{fill:${colour}}.s{stroke:${colour}}.p{stroke:${paper}}`
  })
  const style = `.p,.s{fill:none;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}${colours}`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><style>${style}</style>${SHAPES[status]}</svg>`
}
