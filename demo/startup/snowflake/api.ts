import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import { z } from 'zod'
import { DAY_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { SnowflakeControl } from './control.ts'
import { type Result, StatementError } from './result.ts'
import { answerStatement } from './statements.ts'
import { type Account, refusalOf } from './tokens.ts'

const submission = z.object({
  statement: z.string(),
  timeout: z.number().int().min(0).optional(),
  warehouse: z.string().optional(),
  role: z.string().optional(),
  bindings: z.record(z.string(), z.object({ type: z.literal('TEXT'), value: z.string() })).default({}),
  parameters: z.object({ TIMEZONE: z.string().default(''), QUERY_TAG: z.string().default('') }),
})

interface Running {
  log: SnowflakeControl['statements'][number]
  outcome: Result | StatementError
  polls: number
  begunAt: Instant
  timeoutMs: number
}

export interface Reply {
  status: number
  body: unknown
  headers?: Record<string, string>
  isGzip?: boolean
}

const ROLE = 'PROBE_RO'
const WAREHOUSE = 'PROBE_XS'

const problem = (status: number, code: string, message: string, more: object = {}): Reply => ({ status, body: { code, message, ...more } })

/** The SQL API: who may ask, statements that run on their own, their results in partitions. */
export class Api {
  readonly #control: SnowflakeControl
  readonly #account: () => Account
  readonly #running = new Map<string, Running>()
  /** Statements by the id of the request that began them: one that comes again begins nothing. */
  readonly #byRequest = new Map<string, string>()
  #minute: Instant[] = []

  constructor(control: SnowflakeControl, account: () => Account) {
    this.#control = control
    this.#account = account
  }

  async answer(request: IncomingMessage): Promise<Reply> {
    const url = new URL(request.url ?? '/', 'http://snowflake')
    const rude = this.#rude(request)
    if (rude !== null) return rude
    const refusal = await refusalOf(this.#account(), request.headers, this.#control.now())
    if (refusal !== null) return problem(refusal.status, refusal.code, refusal.message)
    const [, handle, verb] = /^\/api\/v2\/statements(?:\/([\w-]+)(?:\/(cancel))?)?$/.exec(url.pathname) ?? []
    const body = await readText(request)
    if (request.method === 'POST' && handle === undefined) return this.#submit(url, request, body)
    const running = handle === undefined ? undefined : this.#running.get(handle)
    if (handle === undefined || running === undefined)
      return problem(404, '390110', 'The statement handle is unknown or its result has expired.')
    if (verb === 'cancel') return this.#cancel(handle, running)
    return this.#poll(handle, running, url.searchParams.get('partition'))
  }

  #rude({ headers }: IncomingMessage): Reply | null {
    const now = this.#control.now()
    const busy = problem(429, '391908', 'Too many requests. Please retry later.')
    const minute = this.#minute.filter((at) => at > now - MINUTE_MS)
    const [oldest = now] = minute
    if (minute.length >= this.#control.perMinute) {
      return { ...busy, headers: { 'retry-after': String(Math.ceil((oldest + MINUTE_MS - now) / SECOND_MS)) } }
    }
    this.#minute = [...minute, now]
    if (!/^\S+\/\S+/.test(headers['user-agent'] ?? '')) return problem(400, '391903', 'The User-Agent header is missing or invalid.')
    switch (this.#control.take('busy', 'busy-without-word', 'unavailable', 'html-page', 'network-policy', 'suspended')) {
      case 'busy':
        return { ...busy, headers: { 'retry-after': '5' } }
      case 'busy-without-word':
        return problem(429, '333334', 'Asynchronous execution in progress.')
      case 'unavailable':
        return { status: 503, body: '<html><body>Service Unavailable</body></html>' }
      case 'html-page':
        return { status: 200, body: '<!DOCTYPE html><html><body>Proxy sign-in</body></html>' }
      case 'network-policy':
        return problem(403, '390422', 'Incoming request with IP/Token 198.51.100.7 is not allowed to access Snowflake.')
      case 'suspended':
        return problem(403, '000666', 'Your account is suspended due to lack of payment method.')
      default:
        return null
    }
  }

  #submit(url: URL, { headers }: IncomingMessage, body: string): Reply {
    if (!headers['content-type']?.includes('json')) return problem(415, '391902', 'Unsupported media type.')
    const requestId = url.searchParams.get('requestId') ?? randomUUID()
    const before = this.#byRequest.get(requestId)
    if (before !== undefined && url.searchParams.get('retry') === 'true') return this.#accepted(before)
    const parsed = submission.safeParse(tryJson(body))
    if (!parsed.success) return problem(400, '390142', 'The request body is malformed.')
    const { statement: sql, timeout = 172_800, parameters } = parsed.data
    if (/^\s*use\s/i.test(sql)) return problem(422, '391911', 'Unsupported statement type USE.', { sqlState: '0A000' })
    if (parsed.data.role !== undefined && parsed.data.role.toUpperCase() !== ROLE)
      return problem(403, '390189', `Role '${parsed.data.role}' specified in the connect string does not exist or not authorized.`)
    const log = { sql, tag: parameters.QUERY_TAG, timezone: parameters.TIMEZONE, state: 'running' as const }
    this.#control.statements.push(log)
    const running = { log: this.#control.statements.at(-1) ?? log, outcome: this.#outcome(parsed.data), polls: 0 }
    const handle = `01b2${randomUUID().slice(4)}`
    this.#running.set(handle, { ...running, begunAt: this.#control.now(), timeoutMs: timeout * SECOND_MS })
    this.#byRequest.set(requestId, handle)
    const ofOwn = this.#running.get(handle)
    return url.searchParams.get('async') === 'true' || ofOwn === undefined ? this.#accepted(handle) : this.#poll(handle, ofOwn, null)
  }

  #outcome({ statement, bindings, warehouse }: z.infer<typeof submission>): Result | StatementError {
    if (this.#control.take('quota') !== null)
      return new StatementError(
        '090073',
        '22000',
        `Warehouse '${WAREHOUSE}' cannot be resumed because resource monitor 'PROBES' has exceeded its quota.`,
      )
    const isThere = this.#control.hasWarehouse && warehouse?.toUpperCase() === WAREHOUSE
    try {
      return answerStatement(
        {
          sql: statement,
          bindings: Object.keys(bindings)
            .sort((a, b) => Number(a) - Number(b))
            .map((place) => bindings[place]?.value ?? ''),
          now: this.#control.now(),
          user: this.#account().user,
          account: this.#account().name,
          role: ROLE,
          warehouse: isThere ? WAREHOUSE : null,
          tokenEndsAt: this.#control.now() + 30 * DAY_MS,
          mayReadAccountUsage: this.#control.mayReadAccountUsage,
        },
        this.#control.tables,
      )
    } catch (error) {
      if (error instanceof StatementError) return error
      throw error
    }
  }

  #accepted(handle: string): Reply {
    const message = 'Asynchronous execution in progress. Use provided query id to perform query monitoring and management.'
    const more = { statementHandle: handle, statementStatusUrl: `/api/v2/statements/${handle}` }
    return problem(202, '333334', message, more)
  }

  #cancel(handle: string, running: Running): Reply {
    if (running.log.state === 'running') running.log.state = 'cancelled'
    return problem(200, '000604', 'SQL execution canceled', { sqlState: '57014', statementHandle: handle })
  }

  #poll(handle: string, running: Running, partition: string | null): Reply {
    const { log, outcome } = running
    const failed = (code: string, sqlState: string, message: string, status = 422) =>
      problem(status, code, message, { sqlState, statementHandle: handle, createdOn: running.begunAt })
    if (log.state === 'cancelled') return failed('000604', '57014', 'SQL execution canceled')
    running.polls += 1
    const isPending = log.state === 'running' && (this.#control.isHanging || running.polls <= this.#control.pendingPolls)
    if (isPending && this.#control.now() < running.begunAt + running.timeoutMs) return this.#accepted(handle)
    if (isPending && this.#control.isHanging) {
      log.state = 'failed'
      return failed(
        '000630',
        '57014',
        `Statement reached its statement or warehouse timeout of ${running.timeoutMs / 1000} second(s) and was canceled.`,
        408,
      )
    }
    if (outcome instanceof StatementError) {
      log.state = 'failed'
      return failed(outcome.code, outcome.sqlState, outcome.message)
    }
    log.state = 'done'
    if (this.#control.take('error-in-200') !== null)
      return failed('000603', 'XX000', 'SQL execution internal error: Processing aborted', 200)
    return this.#result(handle, running, outcome, partition)
  }

  #result(handle: string, { begunAt }: Running, { columns, rows }: Result, partition: string | null): Reply {
    const size = this.#control.rowsPerPartition
    const count = Math.max(1, Math.ceil(rows.length / size))
    const at = Number(partition ?? 0)
    if (!(at >= 0 && at < count)) return problem(400, '391917', 'The partition is out of range.')
    const part = (i: number) => rows.slice(i * size, (i + 1) * size)
    const link = (i: number, rel: string) => `</api/v2/statements/${handle}?partition=${i}>; rel="${rel}"`
    const headers = { link: [link(0, 'first'), ...(at + 1 < count ? [link(at + 1, 'next')] : []), link(count - 1, 'last')].join(', ') }
    const data = at > 0 && this.#control.take('cut-partition') !== null ? part(at).slice(0, -1) : part(at)
    if (at > 0) return { status: 200, body: { data }, headers, isGzip: true }
    const body = {
      code: '090001',
      sqlState: '00000',
      message: 'Statement executed successfully.',
      statementHandle: handle,
      createdOn: begunAt,
      statementStatusUrl: `/api/v2/statements/${handle}`,
      resultSetMetaData: {
        format: 'jsonv2',
        numRows: rows.length,
        partition: at,
        rowType: columns.map(({ name, type, scale }) => ({ name, type, scale, precision: null, length: null, nullable: true })),
        partitionInfo: Array.from({ length: count }, (_, i) => ({
          rowCount: part(i).length,
          uncompressedSize: JSON.stringify(part(i)).length,
        })),
      },
      data,
    }
    return { status: 200, body, headers }
  }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
