import { beginOidc, callbackPath, finishOidc } from '#lib/access/oidc/oidc-sign-in.ts'
import type { Browser } from '#lib/access/sign-in.ts'
import type { Context } from '#lib/db/context.ts'
import { putPeopleSettings } from '#lib/db/people/people-settings.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { type Site, siteOf } from '#lib/domain/access/site.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { type OidcServer, startOidcServer } from '#lib/testing/servers/oidc-server.ts'

const OIDC_SITE = siteOf('localhost:3000', 'http://localhost:3000')
export const OIDC_BROWSER: Browser = { site: OIDC_SITE, name: null, sessionId: null }
export const ADA = { sub: 'ada', email: 'ada@campus.example', email_verified: true, name: 'Ada', groups: ['owners'] }

/** What a browser has when the provider sends it back. */
export interface Back {
  answer: URLSearchParams
  cookieHeader: string | null
}

/** A page whose catalogue names a provider, and browsers that go there and come back. */
export class OidcWorld {
  readonly clock = new FakeClock(systemClock.now())
  readonly start = this.clock.now()
  readonly database: TestDatabase
  readonly server: OidcServer
  #from = 0

  static async open(): Promise<OidcWorld> {
    return new OidcWorld(await createTestDatabase(), await anOidcServer())
  }

  constructor(database: TestDatabase, server: OidcServer) {
    this.database = database
    this.server = server
  }

  /** Nobody knows anybody yet, and whoever asks comes from another address than before. */
  async begin(): Promise<Context> {
    this.clock.set(this.start)
    this.#from += 1
    const ctx = { ...this.database.context(this.clock, visitor()), from: `10.2.0.${this.#from}` }
    Object.assign(this.server, { signsIn: ADA, before: null })
    await ctx.whole.query('truncate person cascade')
    await this.names(ctx, this.server)
    return ctx
  }

  /** Makes the catalogue name this provider. */
  async names(ctx: Context, { issuer }: Pick<OidcServer, 'issuer'>): Promise<void> {
    const oidc = { issuer, clientId: this.server.clientId, name: 'Campus login', groupsClaim: 'groups' }
    await putPeopleSettings(ctx.whole, { people: { roles: [], oidc, mail: null }, audiences: [] })
  }

  async goThere(ctx: Context, site: Site = OIDC_SITE): Promise<Back> {
    const { clientSecret } = this.server
    const { location, setCookie } = await beginOidc(ctx, { site }, { to: '/', clientSecret })
    return { answer: (await this.server.follow(location)).searchParams, cookieHeader: setCookie.split(';')[0] ?? null }
  }

  comeBack(ctx: Context, back: Back, clientSecret = this.server.clientSecret): Promise<unknown> {
    return finishOidc(ctx, OIDC_BROWSER, { ...back, clientSecret })
  }

  async close(): Promise<void> {
    await this.server.close()
    await this.database.drop()
  }
}

/** A provider that sends people back to the page of these tests. */
export function anOidcServer(): Promise<OidcServer> {
  return startOidcServer([`${OIDC_SITE.origin}${callbackPath()}`])
}

/** Why an attempt was refused, in public words; `in` when it was not. */
export function refusalOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'in',
    (error: { publicMessage?: string }) => error.publicMessage ?? String(error),
  )
}

/** How many sessions there are, and what the audit says of sign-ins from where the context is. */
export async function outcomeOf(ctx: Context): Promise<{ sessions: number | null; refusals: (string | null)[] }> {
  const { rowCount } = await ctx.whole.query('select 1 from person_session')
  const { rows } = await ctx.whole.query<{ refusal: string | null }>(
    "select refusal from audit where address = $1 and action = 'sign-in' order by id",
    [ctx.from],
  )
  return { sessions: rowCount, refusals: rows.map((row) => row.refusal) }
}
