import { z } from 'zod'
import { ROLES } from '#lib/domain/access/actor.ts'

/** More would make each process hold more connections and snapshots of the page than are worth it. */
export const AUDIENCES_MAX = 8

/** `groups`, which providers mostly call it. */
const GROUPS_CLAIM = 'groups'

const text = z.string().trim().min(1, 'must not be empty')
const email = z.email('is not an e-mail address; write one such as bursar@example.edu')

const appliesToSchema = z.strictObject({
  oidc: z.array(text).min(1, 'must hold at least one group').optional().describe('Groups as the provider of the sign-in names them.'),
  people: z.array(email).min(1, 'must hold at least one e-mail address').optional().describe('E-mail addresses of people.'),
})

const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/

const issuer = z
  .url({ protocol: /^https?$/, error: 'is not the address of an issuer; begin with https://' })
  .refine((url) => url.startsWith('https://') || LOOPBACK.test(url), 'is not safe from listeners; begin with https://')
  .refine((url) => !/[?#]/.test(url), 'is not the address of an issuer; leave out what follows "?" or "#"')

const oidcSchema = z.strictObject({
  issuer: issuer.describe('As the provider itself writes it; what it says of itself is found below it.'),
  clientId: text.describe('The secret that belongs to it is OIDC_CLIENT_SECRET of the web process.'),
  name: text.default('Single sign-on').describe('What the button on the sign-in page says.'),
  groupsClaim: text.default(GROUPS_CLAIM).describe('The claim that lists the groups of a person.'),
})

/** A named set of service groups, and who sees them. */
export const audienceSchema = z.strictObject({
  groups: z.array(text).min(1, 'must hold at least one service group').describe('Service groups only these readers see.'),
  for: appliesToSchema.optional().describe('Who is in it; without, those who are invited into it, and tokens.'),
})

/** Who may do what, and how people sign in. */
export const peopleSchema = z.strictObject({
  roles: z
    .array(z.strictObject({ role: z.enum(ROLES), for: appliesToSchema }))
    .default([])
    .describe('The first that fits counts; nobody gets less than they were given.'),
  oidc: oidcSchema.optional().describe('Sign-in by OpenID Connect.'),
  mail: z
    .strictObject({ from: email, smtp: text.describe('"${SMTP_URL}"') })
    .optional()
    .describe('How invitations and forgotten passwords are sent; by default as "tell.email" is.'),
})

export type WrittenAppliesTo = z.infer<typeof appliesToSchema>
