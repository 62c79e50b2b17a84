import { ROLES } from '#lib/domain/access/actor.ts'
import { addressOf as addressIn, routesInTree, yesterday } from '../attack/routes.ts'
import type { Asker } from './actors.ts'
import type { Answer } from './ask.ts'
import { type Door, RULES, type Things } from './rules.ts'

/** What stands for those that no group has. */
const NOTHING = 'nothing'

/** Every page and route; the overview stands elsewhere in the file tree. */
export const ROUTES = ['/', ...routesInTree()]

export const addressOf = (route: string, things: Things) =>
  addressIn(route, {
    ...things,
    token: NOTHING,
    person: NOTHING,
    invitation: NOTHING,
    form: 'badge.svg',
    day: yesterday(),
  })

type Access = 'private' | 'public'

/** One asker at one address that is read. */
export interface Read {
  route: string
  asker: Asker
  by: Door
  query?: (things: Things) => string
  isRedirect?: boolean
}

/** Everybody at everything that is read. */
export function readsOf(askers: readonly Asker[]): Read[] {
  return ROUTES.flatMap((route) => {
    const { read } = RULES[route] ?? {}
    return read === undefined ? [] : askers.map((asker) => ({ route, asker, ...read }))
  })
}

export const questionOf = ({ route, query }: Pick<Read, 'route' | 'query'>, things: Things) =>
  `${addressOf(route, things)}${query?.(things) ?? ''}`

/** Whether somebody gets through; null where it is said elsewhere. */
export function getsThrough({ kind, role }: Asker, by: Door, access: Access = 'private'): boolean | null {
  if (by === 'open') return kind === 'spoilt token' ? null : true
  if (access === 'public' && by === 'reader' && kind === 'nobody') return true
  if (role === null || (by === 'person' && kind !== 'person')) return false
  return by === 'reader' || by === 'person' || ROLES.indexOf(role) >= ROLES.indexOf(by)
}

/** How an answer that has begun says to a browser's navigation that there is nothing, or that it goes on elsewhere. */
const TURNED_AWAY = /NEXT_HTTP_ERROR_FALLBACK|NEXT_REDIRECT/

/** What is wrong with one answer; `names` tells whether it names what is hidden. */
export function faultIn(
  { asker, by, route, isRedirect = false }: Read,
  { status, location, text }: Answer,
  { names, access = 'private' }: { names: (text: string) => boolean; access?: Access | undefined },
): string | null {
  if (!asker.seesAll && names(text)) return 'names what is hidden'
  const through = getsThrough(asker, by, access)
  if (through === null) return null
  const isTurnedAway = TURNED_AWAY.test(text)
  const isSignedIn = route === '/sign-in' && (location === '/' || isTurnedAway)
  const isThrough = isSignedIn || (status === (isRedirect ? 303 : 200) && !isTurnedAway)
  if (isThrough === through && (isThrough || [200, 303, 307, 401, 403, 404].includes(status))) return null
  return `${status} ${location}`
}
