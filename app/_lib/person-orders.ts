import { decodeSegment, personPath } from '#app/_ui/paths.ts'
import { ROLES, type Role } from '#lib/domain/access/actor.ts'
import type { ActionDone, ActionFields } from './accept-action.ts'
import { refuse } from './respond.ts'

/** Whom an order is about, as the address of the order says it. */
export async function readPersonId(params: Promise<{ person: string }>): Promise<string> {
  return decodeSegment((await params).person) ?? ''
}

/** Where an order about somebody leads: their line in the list. */
export function personDone(id: string): ActionDone {
  return { location: personPath(id), answer: {} }
}

/** The role and the audience that a form gives; an audience left empty is none. */
export function readAccess({ role, audience }: ActionFields): { role: Role; audience: string | null } {
  const known = ROLES.find((name) => name === role)
  if (known === undefined) throw refuse(`“role” is one of ${ROLES.join(', ')}.`)
  if (audience !== undefined && audience !== null && (typeof audience !== 'string' || audience.length > 200))
    throw refuse('“audience” is the name of an audience of the catalogue, or empty.')
  return { role: known, audience: typeof audience === 'string' && audience !== '' ? audience : null }
}

const REASON_MAX = 300

/** Why, in the words of whoever orders it; null: not said. */
export function readReason({ reason }: ActionFields): string | null {
  if (typeof reason !== 'string' || reason.trim() === '') return null
  if (reason.length > REASON_MAX) throw refuse(`A reason has at most ${REASON_MAX} characters.`)
  return reason.trim()
}
