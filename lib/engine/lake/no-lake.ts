import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Lake } from './lake.ts'

const fail = (): Promise<never> =>
  Promise.reject(new TidemarkError('internal', { publicMessage: 'This flow loads nothing into the lake itself.' }))

/** The lake of a flow that needs none: it runs whether there is one or not. */
export const NO_LAKE: Lake = {
  applySchema: fail,
  once: fail,
  query: fail,
  copyIn: fail,
  load: fail,
  beginLoad: fail,
  close: async () => {},
}
