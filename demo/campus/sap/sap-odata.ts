import type { IncomingMessage } from 'node:http'
import { type Answer, jsonAnswer } from '#demo/campus/answer.ts'
import type { Fault, FaultKind } from '#demo/campus/faults.ts'
import { type Employee, employees } from '#demo/campus/people/employees.ts'
import type { CampusWorld } from '#demo/campus/system.ts'

export const SAP_ODATA2_PATH = '/sap/opu/odata/sap/ZHR_EMP_SRV'
export const SAP_ODATA4_PATH = '/sap/opu/odata4/sap/zhr/srvd_a2x/sap/emp/0001'

const PAGE = 20
const FILTER = /^BUID eq '(\w*)'$/

/** Whether a path is below one of the services. */
export function isODataPath(path: string): boolean {
  return path.startsWith('/sap/opu/')
}

/** An OData service of the Gateway, version 2 or 4 by its path: pages, errors and logon pages as SAP has them. */
export function answerOData(world: CampusWorld, request: IncomingMessage, url: URL, fault: Fault | undefined): Answer {
  const kind = fault?.kind
  if (kind === 'unauthorized' || !isKnown(world, request)) return logonPage(401)
  const version = url.pathname.startsWith(SAP_ODATA4_PATH) ? 4 : 2
  const root = version === 4 ? SAP_ODATA4_PATH : SAP_ODATA2_PATH
  const set = url.pathname.slice(root.length).replaceAll('/', '')
  if (version === 2 && url.searchParams.get('$format') !== 'json' && !request.headers.accept?.includes('json')) return atomXml()
  if (set === '')
    return jsonAnswer(
      200,
      version === 4 ? { value: [{ name: 'EmployeeSet', kind: 'EntitySet', url: 'EmployeeSet' }] } : { d: { EntitySets: ['EmployeeSet'] } },
    )
  if (set !== 'EmployeeSet') return odataError(404, '/IWBEP/CM_MGW_RT/020', `Resource not found for segment '${set}'`, version)
  if (kind === 'error-in-200') return odataError(200, 'ZHR/001', 'The selection failed', version)
  if (kind === 'error-document') return odataError(400, 'ZFI/016', 'No data found for selection', version)
  const filter = url.searchParams.get('$filter')
  if (filter !== null && !FILTER.test(filter)) return odataError(400, '/IWBEP/CM_MGW_RT/022', 'Malformed filter expression', version)
  const page = pageOf(world, url, kind)
  return version === 4 ? asVersion4(page, url, kind) : asVersion2(page, url, kind)
}

function isKnown(world: CampusWorld, request: IncomingMessage): boolean {
  const { user, password, key } = world.credentials
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  return request.headers.authorization === basic || request.headers['apikey'] === key || request.headers['x-api-key'] === key
}

interface Page {
  rows: Employee[]
  total: number
  next: number | null
}

function pageOf(world: CampusWorld, url: URL, kind: FaultKind | undefined): Page {
  const wanted = FILTER.exec(url.searchParams.get('$filter') ?? '')?.[1]
  const all = [...employees(world.people)].filter((row) => wanted === undefined || row.BUID === wanted)
  if (url.searchParams.get('$orderby') === 'AEDTM desc') all.sort((a, b) => b.AEDTM.localeCompare(a.AEDTM))
  const top = url.searchParams.get('$top')
  const limited = kind === 'empty-answer' ? [] : top === null ? all : all.slice(0, Number(top))
  const from = Number(url.searchParams.get('$skiptoken') ?? 0)
  const to = Math.min(limited.length, from + PAGE)
  // A server that stops after a page and tells of no next one.
  const isCut = kind === 'half-the-rows'
  return { rows: limited.slice(from, to), total: all.length, next: to < limited.length && !isCut ? to : null }
}

function nextLink(url: URL, next: number | null, host: string): string | undefined {
  if (next === null) return undefined
  const address = new URL(url)
  address.searchParams.set('$skiptoken', String(next))
  return `${host}${address.pathname}${address.search}`
}

function asVersion2(page: Page, url: URL, kind: FaultKind | undefined): Answer {
  const results = page.rows.map((row) => ({
    __metadata: { id: row.PERNR, uri: `EmployeeSet('${row.PERNR}')`, type: 'ZHR_EMP_SRV.Employee' },
    ...selected(url, { ...row, AEDTM: `/Date(${dayOf(row)})/`, ChangedOn: `/Date(${dayOf(row)}+0000)/`, Salary: '1000.00' }),
    Positions: { __deferred: { uri: `EmployeeSet('${row.PERNR}')/Positions` } },
  }))
  const next = nextLink(url, page.next, kind === 'next-elsewhere' ? 'http://elsewhere.invalid' : '')
  const count = url.searchParams.get('$inlinecount') === 'allpages' ? { __count: String(page.total) } : {}
  return jsonAnswer(200, { d: { results, ...count, ...(next === undefined ? {} : { __next: next }) } })
}

function asVersion4(page: Page, url: URL, kind: FaultKind | undefined): Answer {
  const value = page.rows.map((row) => ({
    '@odata.id': row.PERNR,
    ...selected(url, { ...row, ChangedAt: new Date(dayOf(row)).toISOString() }),
  }))
  const next = nextLink(url, page.next, kind === 'next-elsewhere' ? 'http://elsewhere.invalid' : '')
  const count = url.searchParams.get('$count') === 'true' ? { '@odata.count': page.total } : {}
  return jsonAnswer(200, {
    '@odata.context': '$metadata#EmployeeSet',
    ...count,
    value,
    ...(next === undefined ? {} : { '@odata.nextLink': next }),
  })
}

function selected(url: URL, row: Record<string, unknown>): Record<string, unknown> {
  const columns = url.searchParams.get('$select')?.split(',')
  return columns === undefined ? row : Object.fromEntries(columns.map((column) => [column, row[column]]))
}

function dayOf(row: Employee): number {
  return Date.UTC(Number(row.AEDTM.slice(0, 4)), Number(row.AEDTM.slice(4, 6)) - 1, Number(row.AEDTM.slice(6)))
}

function odataError(status: number, code: string, message: string, version: number): Answer {
  const innererror = { application: { component_id: '', service_namespace: '/SAP/', service_id: 'ZHR_EMP_SRV', service_version: '0001' } }
  return jsonAnswer(status, { error: { code, message: version === 4 ? message : { lang: 'en', value: message }, innererror } })
}

function logonPage(status: number): Answer {
  return {
    status,
    contentType: 'text/html; charset=utf-8',
    body: ['<html><head><title>Logon Error Message</title></head><body>Anmeldung fehlgeschlagen</body></html>'],
  }
}

function atomXml(): Answer {
  return {
    status: 200,
    contentType: 'application/atom+xml',
    body: ['<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"></feed>'],
  }
}
