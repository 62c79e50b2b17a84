import type { WorkRecord } from '#lib/domain/runs/work-record.ts'
import type { Schedule } from '#lib/domain/time/cron.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A flow, or a job of another system, with all that tells when it runs next. */
export interface Writer extends WorkRecord {
  /** `flow:<name>`, or `job:<connection>/<job>`. */
  key: string
  /** Of a flow; null: none, or none that is known here. */
  schedule: Schedule | null
  /** Keys of the flows whose run of the same time has to end well first. */
  after: readonly string[]
  /** It comes after others, too, that are not seen: whether these let it begin is not known. */
  isAfterUnseen: boolean
  /** A scheduled run that has waited for them so long is given up. */
  patienceMs: number
  /** The scheduled run whose time has come, and that has not begun. */
  dueAt: Instant | null
  /** Other runs that wait or are announced: by hand, tried again, scheduled in another system. */
  announced: readonly Instant[]
  running: RunUnderWay | null
  /** The newest time that a run was planned for and that has come, and that of the newest run that ended well. */
  lastFor: Instant | null
  lastGoodFor: Instant | null
  /** None of its scheduled runs is planned before; `END_OF_TIME`: until somebody says so. */
  pausedUntil: Instant | null
}

/** A run that goes on. */
export interface RunUnderWay {
  startedAt: Instant
  /** The time that it was planned for. */
  scheduledFor: Instant
  /** By its own progress, or when what it waits for is tried again; null: by what is usual. */
  endsAt: Instant | null
  /** It may make good what it writes: it is no replay, and nobody has asked it to stop. */
  isTry: boolean
  /** Nothing is heard of it, or it goes on far too long: nobody knows when that changes. */
  isStuck: boolean
}
