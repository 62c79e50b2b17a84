import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordCheck } from '#lib/commands/probes/connection-checks.ts'
import { recordUnreachable } from '#lib/commands/probes/record-unreachable.ts'
import { asActor } from '#lib/db/context.ts'
import { person, type Role } from '#lib/domain/access/actor.ts'
import type { SeenReference } from '#lib/domain/connections/secret-reference.ts'
import { termsCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'
import { getConnections, getConnectionsPage } from './connections-page.ts'

let harness: ScenarioHarness
beforeEach(async () => {
  harness = await ScenarioHarness.open('2026-11-19T12:00:00Z', { idle: true })
  const text = termsCatalogue().replace('probe: 4h, url: "${SNAPLOGIC_URL}"', 'rotatedOn: 2025-11-25, url: "${SNAPLOGIC_URL}"')
  await harness.declare(text)
})
afterEach(() => harness.close())

const page = async () => {
  const found = await getConnectionsPage(harness.ctx)
  if (found === null) throw new Error('no page')
  return found
}
const card = async (key: string) => (await page()).connections.find((connection) => connection.key === key)
const reference = (more: Partial<SeenReference> = {}): SeenReference => ({
  name: 'SNAPLOGIC_KEY',
  setting: 'key',
  isSecret: true,
  setIn: 'env-file',
  fingerprint: 'k.a',
  ...more,
})

describe('the card of a connection', () => {
  it('before anything was seen says so, with what it is for', async () => {
    expect(await card('peoplesoft')).toMatchObject({
      kind: 'peoplesoft',
      settings: [],
      health: { state: 'unseen', problem: null },
      references: [],
      flows: ['term'],
      feeds: [{ key: 'terms', name: 'Terms' }],
      assets: 1,
    })
    expect(await card('lake')).toMatchObject({ flows: ['term'], assets: 3 })
    expect(await card('snaplogic')).toMatchObject({ flows: [], feeds: [], assets: 0 })
    expect([...(await page()).loads]).toEqual([['term', [{ key: 'terms', name: 'Terms' }]]])
  })

  it('tells of each secret where it is and how old, and hands out no fingerprint', async () => {
    const user = reference({ name: 'SNAPLOGIC_URL', setting: 'url', isSecret: false, setIn: 'shell' })
    const health = { ok: true, detail: 'The task answers.', credentialExpiresAt: null }
    await recordCheck(harness.ctx, { connection: 'snaplogic', health, references: [reference(), user] })
    const found = await card('snaplogic')
    expect(found).toMatchObject({ health: { state: 'working' }, rotatedOn: '2025-11-25', urgency: 'soon' })
    expect(found?.references).toEqual([
      {
        name: 'SNAPLOGIC_KEY',
        setting: 'key',
        isSecret: true,
        setIn: 'env-file',
        age: {
          state: 'soon',
          since: { at: Date.parse('2025-11-25T05:00Z'), how: 'rotated' },
          end: { at: Date.parse('2026-11-25T05:00Z'), why: 'age' },
        },
      },
      { name: 'SNAPLOGIC_URL', setting: 'url', isSecret: false, setIn: 'shell', age: null },
    ])
    expect(JSON.stringify(await page())).not.toContain('k.a')
  })

  it('names its secrets only to whoever may have it checked, and to all others how urgent they are', async () => {
    const health = { ok: true, detail: 'The task answers.', credentialExpiresAt: null }
    await recordCheck(harness.ctx, { connection: 'snaplogic', health, references: [reference()] })
    const told = async (role: Role) => {
      const ctx = asActor(harness.ctx, person({ id: role, name: role, role, audience: null }))
      const shown = (await getConnections(ctx, 'UTC')).find(({ key }) => key === 'snaplogic')
      return [shown?.references.map(({ name }) => name), shown?.urgency, JSON.stringify(shown).includes('SNAPLOGIC_KEY')]
    }
    expect(await told('viewer')).toEqual([[], 'soon', false])
    expect(await told('engineer')).toEqual([['SNAPLOGIC_KEY'], 'soon', true])
  })

  it('comes first when it fails, then when a secret is to be replaced', async () => {
    const health = { ok: true, detail: '', credentialExpiresAt: null }
    await recordCheck(harness.ctx, { connection: 'snaplogic', health, references: [reference()] })
    await recordUnreachable(harness.ctx, 'peoplesoft', harness.clock.now(), 'It refuses connections.')
    const { connections } = await page()
    expect(connections.map(({ key }) => key)).toEqual(['peoplesoft', 'snaplogic', 'lake'])
    expect(connections[0]).toMatchObject({ health: { state: 'failing', problem: 'It refuses connections.' }, failures: 1, downSince: null })
  })

  it('is gone with the connection', async () => {
    await harness.declare(termsCatalogue().replace(/^ {2}snaplogic:.*$/m, ''))
    expect((await page()).connections.map(({ key }) => key)).toEqual(['lake', 'peoplesoft'])
  })
})

describe('the page of connections', () => {
  it('is not there before the first catalogue', async () => {
    const empty = await ScenarioHarness.open('2026-11-19T12:00:00Z', { idle: true })
    expect(await getConnectionsPage(empty.ctx)).toBeNull()
    await empty.close()
  })
})
