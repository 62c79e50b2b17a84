import { signInToPath } from '#app/_ui/paths.ts'

/** What anybody may ask for: code and images, whether the page is well, and the way in. What is ordered says itself who may. */
const OPEN = /^\/(?:_next\/static\/.*|icon\.svg|favicon\.ico|api\/health|(?:api\/)?sign-in(?:\/.*)?)$/
/** What letters lead to, which are written once anybody can be let in. */
const OF_LETTERS = /^\/(?:api\/)?subscriptions\/[^/]+(?:\/(?:confirm|end|leave))?$/
/** Next's own tools for developing, which only exist with --dev. */
const DEVELOPMENT = /^\/_{1,2}next/

/** A request, as far as it matters who sent it. */
interface Wanted {
  method: string
  /** With the query. */
  path: string
  isDevelopment: boolean
  isOpen: boolean
}

/** Where somebody nobody knows is sent instead of what a private page would answer, or in words that they are not let in; null: this is for everybody. */
export function turnAway({ method, path, isDevelopment, isOpen }: Wanted): { location: string } | 'in words' | null {
  const [place = ''] = path.split('?')
  if (OPEN.test(place) || (isDevelopment && DEVELOPMENT.test(place))) return null
  const isOfLetters = OF_LETTERS.test(place)
  if (isOfLetters && isOpen) return null
  const isData = place.startsWith('/api/') || place.endsWith('.atom')
  // An order is refused where it is taken, with its entry in the audit.
  if (isData) return method === 'POST' && !isOfLetters ? null : 'in words'
  return { location: path === '/' ? '/sign-in' : signInToPath(path) }
}
