import { createServer } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listen } from '#demo/campus/listen.ts'
import type { Context } from '#lib/db/context.ts'
import { siteOf } from '#lib/domain/access/site.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { seal, unseal } from '#lib/platform/secrets/seal.ts'
import { anOidcServer, type Back, OidcWorld, outcomeOf, refusalOf } from '#lib/testing/worlds/oidc-world.ts'

let world: OidcWorld
let ctx: Context
beforeAll(async () => {
  world = await OidcWorld.open()
})
afterAll(() => world.close())
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

const NOT_BEGUN = 'This sign-in was not begun in this browser, or took too long. Begin it again.'
const USED = 'This sign-in was used already, or took too long. Begin it again.'

describe('somebody who comes back is refused', () => {
  it('when their browser began no sign-in, as when a stranger sends them an address to follow', async () => {
    await expectRefused(finish({ ...(await there()), cookieHeader: null }), NOT_BEGUN)
  })

  it('when their browser began another one', async () => {
    const [first, second] = [await there(), await there()]
    await expectRefused(finish({ answer: first.answer, cookieHeader: second.cookieHeader }), NOT_BEGUN)
  })

  it('when what their browser kept was changed, or is there twice', async () => {
    const { answer, cookieHeader } = await there()
    const [name = '', value = ''] = cookieHeader?.split('=') ?? []
    const trip = unseal(value, ctx.secret, 'round trip') ?? ''
    const changed = JSON.stringify({ ...JSON.parse(trip), to: '//elsewhere.example' })
    const forged = [
      seal(changed, 'the secret of somebody else', 'round trip'),
      seal(trip, ctx.secret, 'something else'),
      Buffer.from(changed).toString('base64url'),
      value.slice(0, -4),
    ]
    for (const header of [...forged.map((one) => `${name}=${one}`), `${cookieHeader}; ${cookieHeader}`])
      expect(await refusalOf(finish({ answer, cookieHeader: header }))).toBe(NOT_BEGUN)
    expect((await outcomeOf(ctx)).sessions).toBe(0)
  })

  it('when they took too long', async () => {
    const back = await there()
    world.clock.set(world.start + 10 * MINUTE_MS)
    await expectRefused(finish(back), NOT_BEGUN)
  })

  it('when the code was used before, also by themselves', async () => {
    const back = await there()
    expect(await refusalOf(finish(back))).toBe('in')
    expect(await refusalOf(finish(back))).toBe(USED)
    expect((await outcomeOf(ctx)).refusals).toEqual([null, USED])
  })

  it('when the code is that of another sign-in, whose proof their browser does not have', async () => {
    const [mine, theirs] = [await there(), await there()]
    mine.answer.set('code', theirs.answer.get('code') ?? '')
    await expectRefused(finish(mine), USED)
  })

  it('when the answer is that of another issuer, or of none where the provider says who it is', async () => {
    const back = await there()
    expect(back.answer.get('iss')).toBe(world.server.issuer)
    back.answer.set('iss', 'https://other.example')
    await expectRefused(finish(back), 'This answer does not come from Campus login.')
    back.answer.delete('iss')
    expect(await refusalOf(finish(back))).toBe('This answer does not come from Campus login.')
  })

  it('when the provider did not let them in', async () => {
    world.server.signsIn = null
    await expectRefused(there().then(finish), 'Campus login did not let you in.')
  })

  it('when this page is unknown to the provider', async () => {
    const back = await there()
    await expectRefused(
      world.comeBack(ctx, back, 'another'),
      'Campus login does not know this page: "people.oidc.clientId" and OIDC_CLIENT_SECRET have to be those it was registered with.',
    )
  })

  it('when the file with the secret of this page is not there, without its path', async () => {
    const back = await there()
    await expectRefused(
      world.comeBack(ctx, back, 'file:/nowhere/oidc'),
      'What proves this page to Campus login cannot be read. Whoever runs it finds why in its log.',
    )
  })

  it('when they have no address there', async () => {
    world.server.signsIn = { sub: 'ada' }
    await expectRefused(
      there().then(finish),
      'Campus login does not tell your e-mail address. Whoever runs it has to let this page know it.',
    )
  })

  it('when they have tried too often, and with one entry for all of it', async () => {
    for (let i = 0; i < 31; i += 1) await refusalOf(finish({ answer: new URLSearchParams(), cookieHeader: null }))
    expect(await refusalOf(there().then(finish))).toBe('Too many tries. Try again in 15 minutes.')
    expect((await outcomeOf(ctx)).refusals.filter((words) => words?.startsWith('Too many'))).toHaveLength(1)
  })
})

describe('a provider that is not there', () => {
  it('is said in words, before somebody is sent to it and when they come back', async () => {
    const gone = await anOidcServer()
    await gone.close()
    await world.names(ctx, gone)
    const words = 'Campus login refuses connections: it is not running, or the address is wrong.'
    expect(await refusalOf(there())).toBe(words)
    await world.names(ctx, world.server)
    const back = await there()
    world.server.before = (request, response) => request.url === '/token' && response.writeHead(503).end() !== undefined
    expect(await refusalOf(finish(back))).toBe('Campus login did not finish the sign-in.')
    expect((await outcomeOf(ctx)).sessions).toBe(0)
  })

  it('is said when it calls itself otherwise than the catalogue', async () => {
    const front = createServer((_, response) => {
      const urls = { authorization_endpoint: world.server.issuer, token_endpoint: world.server.issuer, jwks_uri: world.server.issuer }
      response.end(JSON.stringify({ issuer: world.server.issuer, ...urls }))
    })
    const { port, close } = await listen(front)
    const named = `http://127.0.0.1:${port}`
    await world.names(ctx, { issuer: named })
    expect(await refusalOf(there())).toBe(
      `Campus login calls itself "${world.server.issuer}", the catalogue "${named}": "people.oidc.issuer" has to say the same.`,
    )
    await close()
  })

  it('is not asked where no browser would keep the sign-in', async () => {
    const site = siteOf('status.example.edu', 'http://status.example.edu')
    expect(await refusalOf(world.goThere(ctx, site))).toContain('Beyond its own machine this page keeps a sign-in over https only.')
  })
})
