import { isHandIn } from '#app/_api/methods-of.ts'
import { type Ends, isHost } from './known-name.ts'

/** The part of a request that is looked at before anything of Tidemark sees it. */
export interface Asked extends Ends {
  method: string
  /** As it stands in the first line: a path, or a whole address. */
  target: string
  /** Every Host header there is. */
  hosts: readonly string[]
  contentLength: string | undefined
  isChunked: boolean
}

/** Why a request goes no further. */
export interface Refusal {
  status: number
  words: string
  allow?: string
}

/** A request that may go on: its path with the query, and the name it was sent to. */
export interface Admitted {
  path: string
  host: string
}

/** Longer bodies are refused; the longest order is far shorter. */
export const BODY_BYTES_MAX = 64 * 1024
/** What another system hands in at once may be so long, packed or not. */
export const PUSH_BYTES_MAX = 5 * 1024 * 1024
/** And one artifact of dbt, which is read piece by piece. */
export const ARTIFACT_BYTES_MAX = 100 * 1024 * 1024

const READING = ['GET', 'HEAD']
const METHODS = [...READING, 'POST', 'OPTIONS']
/** Next's own tools for developing, which only exist with --dev. */
const DEVELOPMENT = /^\/(?:_next|__next)/

/** Pages of Next that are no address of this page: it shows them by itself, with the status of the fault. */
const INNER = /^\/_(?!next\/)/

/** A part of a path that is `.` or `..`, however it is written. */
const STEP = /\/(?:\.|%2e){1,2}(?:\/|$)/i

/** Why what is handed in goes no further when there is too much of it. */
export const TOO_MUCH = `At most ${PUSH_BYTES_MAX / (1024 * 1024)} MiB are taken at once, unpacked. Send fewer events in one request.`
export const TOO_LARGE = `An artifact of at most ${ARTIFACT_BYTES_MAX / (1024 * 1024)} MiB is taken, unpacked. Leave a larger one in a folder or at an address that Tidemark reads.`

/** How long a body may be that hands something in at this path, and why a longer one is refused. */
function longestHandedIn(path: string): { bytesMax: number; words: string } {
  return path === '/api/v1/dbt' ? { bytesMax: ARTIFACT_BYTES_MAX, words: TOO_LARGE } : { bytesMax: PUSH_BYTES_MAX, words: TOO_MUCH }
}

/** Looks at the first lines of a request: either what it asks for, or why that cannot be understood. Names are judged elsewhere. */
export function inspectRequest(asked: Asked, options: { isDevelopment: boolean }): Admitted | Refusal {
  const found = readTarget(asked)
  if ('status' in found) return found
  const [path = ''] = found.path.split('?')
  if (INNER.test(path) && !options.isDevelopment) return { status: 404, words: 'There is nothing at this address.' }
  const refused = methodRefusal(asked.method, path, options.isDevelopment) ?? bodyRefusal(asked, path)
  return refused ?? found
}

function readTarget({ target, hosts }: Asked): Admitted | Refusal {
  const whole = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target)
  const host = whole?.[1] ?? hosts[0]
  const path = whole === null ? target : `${whole[2]?.startsWith('/') ? '' : '/'}${whole[2] ?? ''}`
  if (hosts.length > 1) return bad('This request names more than one host.')
  if (host === undefined) return { status: 421, words: 'This request does not say which host it is for (Host header).' }
  if (!isHost(host)) return bad('This request does not name a host that can be understood.')
  if (!path.startsWith('/')) return bad('This request does not ask for a path.')
  return isPath(path) ? { path, host } : bad('The address of this request is not written right: look at its % signs.')
}

/** Decodes, holds no character that stands for nothing (U+0000), and neither # nor space nor a step up (`..`), which no client leaves in: who lets somebody in and who answers would read two paths. */
function isPath(path: string): boolean {
  if (/[\s#\\]/.test(path) || STEP.test(path.split('?')[0] ?? '')) return false
  try {
    return !decodeURIComponent(path).includes('\u0000')
  } catch {
    return false
  }
}

/** By what no address takes. What one of the API takes is said by the gate, to those it lets in: a refusal here would tell anybody that there is such an address. */
function methodRefusal(method: string, path: string, isDevelopment: boolean): Refusal | null {
  if (isDevelopment && DEVELOPMENT.test(path)) return null
  const allowed = path.startsWith('/api/') ? METHODS : READING
  if (allowed.includes(method)) return null
  return { status: 405, ...notTaken(method, allowed) }
}

/** Why a method is refused by an address that takes these, and how its answer tells a program. */
export function notTaken(method: string, allowed: readonly string[]): { words: string; allow: string } {
  const allow = allowed.join(', ')
  return { words: `${method} is not for this address. It takes ${allow}.`, allow }
}

function bodyRefusal({ method, contentLength, isChunked }: Asked, path: string): Refusal | null {
  const bytes = Number(contentLength ?? 0)
  if (method === 'POST') {
    if (isHandIn(method, path)) {
      const { bytesMax, words } = longestHandedIn(path)
      return bytes > bytesMax ? { status: 413, words } : null
    }
    return bytes > BODY_BYTES_MAX ? { status: 413, words: 'This order is too long.' } : null
  }
  return isChunked || bytes > 0 ? bad(`${method} brings no content along.`) : null
}

function bad(words: string): Refusal {
  return { status: 400, words }
}
