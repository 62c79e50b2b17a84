import { z } from 'zod'
import type { Context } from '#lib/db/context.ts'
import { letterOutcomes } from '#lib/db/messages/letters.ts'
import { type Invitation, listOpenInvitations } from '#lib/db/people/invitations.ts'
import { listPeople, type Person } from '#lib/db/people/people.ts'
import { getPeopleSettings, type PeopleSettings } from '#lib/db/people/people-settings.ts'
import { accessOf, EVERYBODY } from '#lib/domain/access/access-rules.ts'
import type { Role } from '#lib/domain/access/actor.ts'
import { DEMO_PEOPLE } from '#lib/domain/access/demo-people.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type AdminFrame, getAdminFrame } from '#lib/queries/shared/admin-frame.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'

/** Somebody as an admin sees them. */
export interface PersonRow extends Person {
  /** What they may do and see now: what was given to them, or more by a rule of the catalogue. */
  effective: { role: Role; audience: string | null }
  /** How they can sign in; both, where they have. */
  hasPassword: boolean
  hasProvider: boolean
  /** One of the demo's, who has neither and is signed in as by one click. */
  isDemo: boolean
  /** Sessions that go on. */
  sessions: number
  /** When they last signed in or did something; null: never. */
  lastSeenAt: Instant | null
}

/** An invitation that can still be accepted, and what became of its mail. */
export interface InvitationRow extends Omit<Invitation, 'purpose' | 'usedAt'> {
  /** `waiting`: on its way; null: none was sent. */
  mail: { state: 'sent' | 'waiting' | 'given up'; problem: string | null } | null
  madeByName: string | null
}

export interface PeoplePage {
  frame: AdminFrame
  people: PersonRow[]
  invitations: InvitationRow[]
  /** Those that can be given; none: everybody sees everything. */
  audiences: string[]
  /** Whether invitations go out as mail. */
  isMailed: boolean
  /** The name of the provider that people sign in at, too. */
  provider: string | null
}

const FACTS = `
  select p.id,
    exists (select 1 from person_account a where a.person_id = p.id and a.provider_id = 'credential' and a.password is not null) as "hasPassword",
    exists (select 1 from person_account a where a.person_id = p.id and a.provider_id <> 'credential') as "hasProvider",
    (select count(*)::int from person_session s where s.person_id = p.id and s.expires_at > $1) as sessions,
    (select s.claims from person_session s where s.person_id = p.id and s.expires_at > $1 and s.method = 'oidc' order by s.created_at desc limit 1) as claims,
    ${instant('greatest((select max(s.created_at) from person_session s where s.person_id = p.id), seen.at)')} as "lastSeenAt"
  from person p left join lateral (
    -- In this order only the index of actors tells the last one, also of those who never did anything.
    select last.at from (
      select actor_id, at from audit where (actor_id, at) <= (p.id, 'infinity') order by actor_id desc, at desc limit 1) last
    where last.actor_id = p.id) seen on true`

type Facts = Pick<PersonRow, 'id' | 'hasPassword' | 'hasProvider' | 'sessions' | 'lastSeenAt'> & { claims: unknown }

const claimsSchema = z.object({ groups: z.array(z.string()) }).catch({ groups: [] })

/** Everybody who may sign in or might once, and who is invited. */
export async function getPeoplePage(ctx: Context): Promise<PeoplePage> {
  const now = ctx.clock.now()
  const [frame, people, facts, settings, open] = await Promise.all([
    getAdminFrame(ctx),
    listPeople(ctx.pool),
    ctx.pool.query<Facts>(FACTS, [new Date(now)]),
    getPeopleSettings(ctx.pool),
    openInvitations(ctx),
  ])
  const factsOf = new Map(facts.rows.map((row) => [row.id, row]))
  return {
    frame,
    people: people.map((person) => ({
      ...toRow(person, factsOf.get(person.id), settings),
      isDemo: frame.page.demo && DEMO_PEOPLE.some(({ email }) => email === person.email),
    })),
    invitations: open.map((one) => ({ ...one, madeByName: people.find(({ id }) => id === one.madeBy)?.name ?? null })),
    audiences: settings.audiences.length === 0 ? [] : [...settings.audiences.map(({ audience }) => audience), EVERYBODY],
    isMailed: settings.mail !== null,
    provider: settings.oidc?.name ?? null,
  }
}

const NO_FACTS = { hasPassword: false, hasProvider: false, sessions: 0, lastSeenAt: null, claims: null }

function toRow(person: Person, facts: Omit<Facts, 'id'> = NO_FACTS, rules: PeopleSettings): Omit<PersonRow, 'isDemo'> {
  const { claims, ...known } = facts
  const { role, audience, email, isEmailVerified } = person
  const effective = accessOf({ role, audience, email, isEmailVerified, oidcGroups: claimsSchema.parse(claims).groups }, rules)
  return { ...known, ...person, effective }
}

async function openInvitations(ctx: Context): Promise<Omit<InvitationRow, 'madeByName'>[]> {
  const [open, letters] = await Promise.all([listOpenInvitations(ctx.pool, ctx.clock.now()), letterOutcomes(ctx.pool)])
  return open.map(({ purpose: _, usedAt: __, ...invitation }) => {
    const letter = letters.get(invitation.id)
    const state = letter?.deliveredAt ? 'sent' : letter?.givenUpAt ? 'given up' : 'waiting'
    const mail = letter === undefined ? null : ({ state, problem: letter.problem } as const)
    return { ...invitation, mail }
  })
}
