import type { RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { OidcServer } from '#lib/testing/servers/oidc-server.ts'
import { ADA, anOidcServer, type Back, OIDC_BROWSER, OidcWorld, outcomeOf, refusalOf } from '#lib/testing/worlds/oidc-world.ts'
import { beginOidc } from './oidc-sign-in.ts'

let world: OidcWorld
let other: OidcServer
let ctx: Context
beforeAll(async () => {
  world = await OidcWorld.open()
  other = await anOidcServer()
  other.signsIn = ADA
})
afterAll(async () => {
  await other.close()
  await world.close()
})
beforeEach(async () => {
  ctx = await world.begin()
})

const there = () => world.goThere(ctx)
const finish = (back: Back) => world.comeBack(ctx, back)

/** Refused in these words, with one entry that says so and no session. */
async function expectRefused(attempt: Promise<unknown>, words: string) {
  expect(await refusalOf(attempt)).toBe(words)
  expect(await outcomeOf(ctx)).toEqual({ sessions: 0, refusals: [words] })
}

/** Answers one kind of request in the provider's place. */
const instead =
  (path: string, answer: RequestListener) =>
  (...[request, response]: Parameters<RequestListener>): boolean => {
    if (request.url?.startsWith(path) !== true) return false
    answer(request, response)
    return true
  }
const json =
  (body: unknown): RequestListener =>
  (_, response) =>
    response.end(JSON.stringify(body))

describe('what the provider says is not believed', () => {
  const WRONG = 'What Campus login said of you cannot be trusted: its signature, its time or its addressee is wrong.'

  /** The tokens of another, good sign-in at a provider, noted on their way. */
  async function tokensOf(from: OidcServer): Promise<unknown> {
    await world.names(ctx, from)
    const { location, setCookie } = await beginOidc(ctx, OIDC_BROWSER, { to: '/', clientSecret: from.clientSecret })
    const back = { answer: (await from.follow(location)).searchParams, cookieHeader: setCookie.split(';')[0] ?? null }
    let tokens: unknown
    from.before = instead('/token', async (request, response) => {
      from.before = null
      const { authorization = '', 'content-type': type = '' } = request.headers
      const sent = { method: 'POST', headers: { authorization, 'content-type': type }, body: await text(request) }
      tokens = await (await fetch(`${from.issuer}/token`, sent)).json()
      response.end(JSON.stringify(tokens))
    })
    expect(await refusalOf(finish(back))).toBe('in')
    await ctx.whole.query('truncate person cascade')
    await world.names(ctx, world.server)
    return tokens
  }

  it('when it was meant for another sign-in', async () => {
    const tokens = await tokensOf(world.server)
    const back = await there()
    world.server.before = instead('/token', json(tokens))
    expect(await refusalOf(finish(back))).toBe('What Campus login said was meant for another sign-in. Begin it again.')
    expect((await outcomeOf(ctx)).sessions).toBe(0)
  })

  it('when another provider signed it', async () => {
    const tokens = await tokensOf(other)
    const back = await there()
    world.server.before = instead('/token', json(tokens))
    expect(await refusalOf(finish(back))).toBe(WRONG)
    expect((await outcomeOf(ctx)).sessions).toBe(0)
  })

  it.each([
    ['has no signature', { alg: 'none' }, ''],
    ['is signed with what this page knows, too', { alg: 'HS256' }, 'eA'],
  ])('when it %s', async (_, header, signature) => {
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const now = Math.floor(world.start / 1000)
    const claims = {
      iss: world.server.issuer,
      aud: world.server.clientId,
      sub: 'ada',
      email: 'ada@campus.example',
      iat: now,
      exp: now + 600,
    }
    const back = await there()
    world.server.before = instead('/token', json({ id_token: `${encoded(header)}.${encoded(claims)}.${signature}`, access_token: 'x' }))
    await expectRefused(finish(back), WRONG)
  })

  it('when it is over', async () => {
    const tokens = await tokensOf(world.server)
    await ctx.whole.query('truncate person cascade')
    world.clock.set(world.start + 120 * MINUTE_MS)
    const back = await there()
    world.server.before = instead('/token', json(tokens))
    expect(await refusalOf(finish(back))).toBe(WRONG)
  })

  it('when it is no answer of such a provider', async () => {
    const back = await there()
    world.server.before = instead('/token', (_, response) => response.end('<html>'))
    await expectRefused(finish(back), 'The answer of Campus login is not that of a provider of OpenID Connect.')
  })
})
