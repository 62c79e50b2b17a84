import { type Context, webProcess } from './web-process.ts'

/** The context that every page and handler hands to its query: one per process, whatever bundle asks. */
export function requestContext(): Context {
  return webProcess().context
}
