import { systemClock } from './clock.ts'
import { hideCredentials } from './secrets/hide-credentials.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Structured log lines. Never pass secrets, people's ids or whole rows. */
export interface Log {
  debug(message: string, data?: Record<string, unknown>): void
  info(message: string, data?: Record<string, unknown>): void
  warn(message: string, data?: Record<string, unknown>): void
  error(message: string, data?: Record<string, unknown>): void
  child(fields: Record<string, unknown>): Log
}

const ORDER: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

function line(level: LogLevel, message: string, data: Record<string, unknown>, pretty: boolean): string {
  const at = new Date(systemClock.now()).toISOString()
  if (!pretty) return JSON.stringify({ at, level, message, ...data })
  const rest = Object.keys(data).length === 0 ? '' : ` ${JSON.stringify(data)}`
  return `${at.slice(11, 23)} ${level.padEnd(5)} ${message}${rest}`
}

/** One line, in which nothing from outside begins another, moves the cursor or turns the direction; still the same JSON. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

export function createLog(options: { level: LogLevel; pretty: boolean }, fields: Record<string, unknown> = {}): Log {
  const write = (level: LogLevel) => (message: string, data?: Record<string, unknown>) => {
    if (ORDER[level] < ORDER[options.level]) return
    process.stderr.write(`${escaped(hideCredentials(line(level, message, { ...fields, ...data }, options.pretty)))}\n`)
  }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (more) => createLog(options, { ...fields, ...more }),
  }
}

export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
}
