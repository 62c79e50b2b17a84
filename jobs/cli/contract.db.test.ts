import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { runCommandLine } from '#jobs/cli.ts'
import { followContracts } from '#lib/commands/contracts/follow-contracts.ts'
import type { Context } from '#lib/db/context.ts'
import { readContract } from '#lib/domain/contracts/contract.ts'
import { readEnvironment } from '#lib/platform/env.ts'
import { silentLog } from '#lib/platform/log.ts'
import { aCustomerContract, CUSTOMERS, declareCustomers, discoversColumns } from '#lib/testing/contracts/contract-world.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-contract-'))
const PROMISED = ['id integer', 'email character varying(80)']
let database: TestDatabase
let ctx: Context

beforeAll(async () => {
  ;({ database, ctx } = await createDatabaseAt(Date.parse('2026-11-10T12:00:00Z')))
  await declareCustomers(ctx, [aCustomerContract('1.0.0', PROMISED)])
  await discoversColumns(ctx, CUSTOMERS.table, PROMISED)
  await followContracts(ctx)
})
afterAll(async () => {
  await database.drop()
  rmSync(folder, { recursive: true })
})

async function tidemark(...words: string[]): Promise<{ code: number; printed: string; noted: string }> {
  const printed: string[] = []
  const noted: string[] = []
  const code = await runCommandLine(words, {
    terminal: { print: (text) => void printed.push(text), note: (text) => void noted.push(text), ask: async () => null },
    environment: () => readEnvironment({ DATABASE_URL: database.url }),
    clock: ctx.clock,
    log: silentLog,
    signal: new AbortController().signal,
  })
  return { code, printed: printed.join('\n'), noted: noted.join('\n') }
}

function file(text: string): string {
  const path = join(folder, 'next.yaml')
  writeFileSync(path, text)
  return path
}

it('`contract init` writes a contract from what is seen', async () => {
  const { code, printed, noted } = await tidemark('contract', 'init', CUSTOMERS.table)
  expect(code).toBe(0)
  const read = readContract(parse(printed))
  expect(read.ok && read.contract.entities[0]?.fields.map(({ name, type }) => [name, type?.family, type?.lengthMax])).toEqual([
    ['id', 'integer', null],
    ['email', 'string', 80],
  ])
  expect(printed).toContain('name: CRM team')
  expect(noted).toContain('contracts/lake-crm-customer/v1.yaml')
  expect(await tidemark('contract', 'init', CUSTOMERS.model)).toMatchObject({
    code: 1,
    noted: expect.stringContaining('Nobody has told of the columns'),
  })
  expect(await tidemark('contract', 'init', 'lake/none')).toMatchObject({
    code: 1,
    noted: expect.stringContaining('There is no asset "lake/none"'),
  })
})

it('`contract check` says what a version would break, what is there breaks of it, and who reads it', async () => {
  const { code, printed } = await tidemark(
    'contract',
    'check',
    file(aCustomerContract('2.0.0', ['id integer', 'mail text', 'phone text']).text),
  )
  expect(code).toBe(1)
  expect(printed.split('\n').slice(0, 3)).toEqual([
    `${CUSTOMERS.model}, against version 1.0.0:`,
    '  BREAKS the field "email" is gone, perhaps renamed: "mail" came',
    '  noted  the field "phone" came',
  ])
  expect(printed).toContain(
    `${CUSTOMERS.table}, what is there against version 2.0.0:\n  BREAKS the field "mail" is gone, perhaps renamed: "email" came`,
  )
  expect(printed).toContain(`read by: ${CUSTOMERS.consumer} (Leads, Sales team)`)
  const more = await tidemark('contract', 'check', file(aCustomerContract('1.0.0', PROMISED).text))
  expect(more).toMatchObject({ code: 0, printed: expect.stringContaining('nothing changes') })
})

it('`contract check` compares with the entity that the catalogue names', async () => {
  const { schema, ...contract } = JSON.parse(aCustomerContract('1.0.0', PROMISED).text)
  const named = file(
    JSON.stringify({ ...contract, schema: [...schema, { name: 'person', properties: [{ name: 'id', physicalType: 'integer' }] }] }),
  )
  const told = (entity: string) => ctx.pool.query('update asset_contract set terms = terms || $1', [JSON.stringify({ entity })])
  await told('person')
  expect((await tidemark('contract', 'check', named)).printed).toContain('BREAKS the field "email" is gone')
  await told('customer')
  expect(await tidemark('contract', 'check', named)).toMatchObject({ code: 0 })
  await told('none')
  expect((await tidemark('contract', 'check', named)).printed).toContain('none of its entities is called "none".')
})

it('what is no contract is refused with its line, and one that nothing is under is a good one', async () => {
  expect(
    await tidemark(
      'contract',
      'check',
      file('kind: DataContract\napiVersion: v3.1.0\nid: x\nversion: 1.0.0\nstatus: 3\nschema: [{ name: a }]\n'),
    ),
  ).toMatchObject({
    code: 1,
    noted: expect.stringMatching(/next\.yaml:5:\d+ {2}status\n {2}"status" /),
  })
  expect(
    (
      await tidemark(
        'contract',
        'check',
        file('kind: DataContract\napiVersion: v3.1.0\nid: x\nversion: 1.0.0\nstatus: active\nschema: [{ name: a }]\n'),
      )
    ).printed,
  ).toContain('No asset of the catalogue is under "x" yet.')
  expect((await tidemark('contract', 'sign', 'x')).code).toBe(1)
})

it('`check` and `contract check` read what stands at an address', async () => {
  const producer = await startHttpReceiver()
  const catalogue = file(`page: { name: CRM, zone: UTC }
connections: { lake: { kind: postgres, url: "\${LAKE_DATABASE_URL}" } }
groups: { crm: { feeds: { customers: { assets: { ${CUSTOMERS.table}: { contract: "${producer.url}" } } } } } }
`)
  const checked = async (status: number, text: string) => {
    producer.behave((response) => response.writeHead(status).end(text))
    return tidemark('check', catalogue)
  }
  expect(await checked(200, aCustomerContract('2.0.0', PROMISED).text)).toMatchObject({
    code: 0,
    printed: expect.stringContaining('is good'),
  })
  expect(await checked(200, 'kind: DataContract\n')).toMatchObject({
    code: 1,
    noted: expect.stringMatching(/hook:1:\d+ [\s\S]*"apiVersion" is missing/),
  })
  expect(await checked(200, aCustomerContract('2.0.0', []).text.replace('"name":"customer"', '"name":"b"}, {"name":"c"'))).toMatchObject({
    code: 1,
    noted: expect.stringMatching(/This asset is not called like one of the entities of "http:/),
  })
  producer.behave((response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'))
  expect(await tidemark('check', catalogue)).toMatchObject({ code: 1, noted: expect.stringContaining('sent a web page and no contract') })
  expect(await checked(503, '')).toMatchObject({
    code: 0,
    noted: expect.stringMatching(/could not be read from here: .* had an error of its own/),
  })
  expect((await tidemark('contract', 'check', producer.url)).noted).toContain('had an error of its own')
  await ctx.pool.query("update asset_contract set terms = terms - 'entity'")
  await checked(200, aCustomerContract('2.0.0', ['id integer']).text)
  expect(await tidemark('contract', 'check', producer.url)).toMatchObject({
    code: 1,
    printed: expect.stringContaining('BREAKS the field "email" is gone'),
  })
  writeFileSync(catalogue, (await readFile(catalogue, 'utf8')).replace('http://', 'http://ann:word@'))
  expect(await tidemark('check', catalogue)).toMatchObject({
    code: 1,
    noted: expect.stringMatching(/password or token written in clear|holds a user or password/),
  })
  await producer.close()
})
