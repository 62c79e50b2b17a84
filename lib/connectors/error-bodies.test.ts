import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isTidemarkError, toInternalMessage } from '#lib/platform/errors.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/fake-clock.ts'
import { type HttpReceiver, startHttpReceiver } from '#lib/testing/http-receiver.ts'
import type { Connector } from './connector.ts'
import csTools from './cs-tools.ts'
import peoplesoft from './peoplesoft.ts'
import personApi from './person-api.ts'
import sap from './sap.ts'
import snaplogic from './snaplogic.ts'
import vds from './vds.ts'

const BUID = 'U90000001'
const query = { query: 'Q', prompts: { BUID } }

/** The settings beside the address, and a question that an answer about somebody belongs to. */
const ASKED: [string, Connector, Record<string, unknown>, Record<string, unknown>][] = [
  ['PeopleSoft', peoplesoft, { user: 'u', password: 'p' }, query],
  ['the query endpoint', csTools, { key: 'k' }, query],
  ['the person API', personApi, { key: 'k' }, { people: [{ buid: BUID }] }],
  ['the person task', snaplogic, { key: 'k', task: 'people' }, { persons: [{ BUID }] }],
  ['a function module of SAP', sap, { key: 'k' }, { bapi: 'Z_HR_EMPLOYEE_OBJ_LIST', table: 'ET_EMP_LIST' }],
  ['the directory', vds, { user: 'u', password: 'p', base: 'o=x' }, { filter: `(buid=${BUID})` }],
]

let receiver: HttpReceiver
beforeAll(async () => {
  receiver = await startHttpReceiver()
})
afterAll(() => receiver.close())

describe.each(ASKED)('an error answer of %s', (_name, connector, more, request) => {
  it('W29: is in no error with its own words, which may name people', async () => {
    receiver.behave((response) => response.writeHead(500).end(`{"error":"${BUID} cannot be read"}`))
    const address = connector === peoplesoft ? { baseUrl: new URL(receiver.url).origin } : { url: receiver.url }
    const settings = connector.settings.parse({ ...address, ...more })
    const connection = { key: 'p', settings, clock: new FakeClock(0), log: silentLog, signal: new AbortController().signal }
    const error: unknown = await Array.fromAsync(connector.extract?.(connection, request) ?? []).catch((thrown: unknown) => thrown)
    expect(isTidemarkError(error) && error.publicMessage).toContain('HTTP 500')
    expect(toInternalMessage(error)).not.toContain(BUID)
  })
})
