import type { IncomingMessage } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import { type Answer, jsonAnswer } from '#demo/campus/answer.ts'
import type { Fault, FaultKind } from '#demo/campus/faults.ts'
import { employees } from '#demo/campus/people/employees.ts'
import type { CampusSystem, CampusWorld } from '#demo/campus/system.ts'
import { answerOData, isODataPath } from './sap-odata.ts'

export const SAP_BAPI_PATH = '/sap-gateway/bapi'

/** SAP: function modules behind a gateway, and an OData service in both versions. */
export function sap(world: CampusWorld): CampusSystem {
  return {
    isFor: (path) => path === SAP_BAPI_PATH || isODataPath(path),
    answer(request, url, fault) {
      if (url.pathname !== SAP_BAPI_PATH) return answerOData(world, request, url, fault)
      if (fault?.kind === 'unauthorized' || request.headers['x-api-key'] !== world.credentials.key)
        return jsonAnswer(403, { message: 'Forbidden' })
      return call(world, request, url, fault)
    },
  }
}

async function call(world: CampusWorld, request: IncomingMessage, url: URL, fault: Fault | undefined): Promise<Answer> {
  if (request.method !== 'POST' || !isJson(await readText(request))) return jsonAnswer(400, { message: 'The body is not JSON.' })
  const bapi = url.searchParams.get('BAPIName')
  if (bapi !== 'Z_HR_EMPLOYEE_OBJ_LIST') return jsonAnswer(200, { RETURN: bapiReturn('E', `Function module ${bapi} was not found`) })
  if (url.searchParams.get('account') !== 'HR') return jsonAnswer(200, { RETURN: [bapiReturn('A', 'No authorization for this account')] })
  return { status: 200, contentType: 'application/json', body: asTable(world, fault?.kind) }
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body)
    return true
  } catch {
    return false
  }
}

function bapiReturn(type: string, message: string): Record<string, string> {
  return { TYPE: type, ID: 'ZHR', NUMBER: '000', MESSAGE: message, LOG_NO: '', LOG_MSG_NO: '000000' }
}

function* asTable(world: CampusWorld, kind: FaultKind | undefined): Generator<string> {
  yield '{'
  if (kind !== 'missing-table') {
    yield '"ET_EMP_LIST":['
    let sent = 0
    for (const row of kind === 'empty-answer' ? [] : employees(world.people)) {
      if (kind === 'half-the-rows' && sent >= world.people.count / 20) break
      yield `${sent === 0 ? '' : ','}${JSON.stringify(row)}`
      sent += 1
    }
    yield '],'
  }
  const failed = kind === 'error-in-200'
  yield `"RETURN":${JSON.stringify(failed ? bapiReturn('E', 'The list could not be built') : bapiReturn('S', 'OK'))}}`
}
