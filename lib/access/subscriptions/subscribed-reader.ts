import { asActor, type Context } from '#lib/db/context.ts'
import type { Subscriber } from '#lib/db/messages/subscribers.ts'
import { getPeopleSettings } from '#lib/db/people/people-settings.ts'
import { getSetting } from '#lib/db/settings.ts'
import { audienceInForce } from '#lib/domain/access/access-rules.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { actorBy } from '../sessions.ts'

/** Where a subscriber is written to, and the database as they may see it now. */
export interface SubscribedReader {
  address: string
  context: Context
}

/**
 * Whom a subscriber is now: a person who still gets in, with what they may see, or, as long as the page is public, whoever reads at an address. Null: nothing is
 * sent to them.
 */
export async function subscribedReader(ctx: Context, { email, person, claims }: Subscriber): Promise<SubscribedReader | null> {
  const [rules, access] = await Promise.all([getPeopleSettings(ctx.whole), getSetting(ctx.whole, 'access')])
  if (person !== null) {
    if (person.endedAt !== null) return null
    // Where nobody has proved that it is theirs, only the address that was confirmed counts.
    const address = person.isEmailVerified ? person.email : email
    return { address, context: asActor(ctx, actorBy(rules, person, claims)) }
  }
  return access === 'public' ? { address: email, context: asActor(ctx, visitor(audienceInForce(null, rules))) } : null
}
