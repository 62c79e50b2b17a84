import { getConnections } from '#lib/queries/pages/connections-page.ts'
import { getPageZone } from '#lib/queries/shared/page-settings.ts'
import type { ApiConnection } from './answers.ts'
import { type ApiList, toTime } from './list.ts'
import { type ConnectionsQuestion, connectionsQuestion } from './questions.ts'
import type { ApiRemoved } from './shapes.ts'

/** The connections of the catalogue by their keys; none for those whom nobody knows. */
export const CONNECTION_LIST: ApiList<ConnectionsQuestion, ApiConnection | ApiRemoved> = {
  name: 'connections',
  question: connectionsQuestion,
  place: /^[A-Za-z][\w-]{0,99}$/,
  async read(ctx, { changedSince, key }, after, limit) {
    const zone = await getPageZone(ctx)
    const found = await getConnections(ctx, zone, { after, limit, key, changedSince })
    return found.map(({ removedAt, ...view }) => {
      const left = toTime(removedAt)
      return { place: view.key, item: left === null ? view : { key: view.key, removedAt: left } }
    })
  },
  /** There are few of them, and the age of a secret tells of the time by itself. */
  async mark(ctx) {
    return JSON.stringify(await getConnections(ctx, await getPageZone(ctx)))
  },
}
