import { z } from 'zod'
import type { Catalogue } from '#lib/catalogue/catalogue.ts'
import type { Sql } from '#lib/db/context.ts'
import { getSetting, putSetting } from '#lib/db/settings.ts'
import { ROLES } from '#lib/domain/access/actor.ts'

const appliesTo = z.object({ oidc: z.array(z.string()), people: z.array(z.string()) })

const peopleSettings = z.object({
  roles: z.array(z.object({ role: z.enum(ROLES), for: appliesTo })),
  audiences: z.array(z.object({ audience: z.string(), for: appliesTo })),
  oidc: z.object({ issuer: z.string(), clientId: z.string(), name: z.string(), groupsClaim: z.string() }).nullable(),
  mail: z.object({ from: z.string(), smtp: z.string() }).nullable(),
})

/** What the catalogue in force says of people: the rules for roles and audiences, in their order, and how they sign in. `smtp` is a reference. */
export type PeopleSettings = z.infer<typeof peopleSettings>

const NOTHING_SAID: PeopleSettings = { roles: [], audiences: [], oidc: null, mail: null }

/** Nothing said before the first catalogue. What cannot be read is an error and never taken for nothing: that would show everything to everybody. */
export async function getPeopleSettings(sql: Sql): Promise<PeopleSettings> {
  return readPeopleSettings(await getSetting(sql, 'people'))
}

/** The same of what was read with something else; null or undefined: nothing is stored. */
export function readPeopleSettings(stored: unknown): PeopleSettings {
  return stored === undefined || stored === null ? NOTHING_SAID : peopleSettings.parse(stored)
}

/** Stores what the catalogue says of people, in the transaction that makes it the one in force. */
export async function putPeopleSettings(sql: Sql, { people, audiences }: Pick<Catalogue, 'people' | 'audiences'>): Promise<void> {
  const settings = { ...people, audiences: audiences.map(({ key, for: whom }) => ({ audience: key, for: whom })) }
  await putSetting(sql, 'people', settings satisfies Record<keyof PeopleSettings, unknown>)
}
