import type { Evidence } from '#lib/domain/freshness/facts.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { type Redact, redactError, redactedLog, remembering } from '#lib/platform/secrets/redaction.ts'
import type { Connector, Found, Observation, Session, Trial } from './connector.ts'
import type { FileSession, StoredFile, ToldFiles } from './files.ts'
import { aroundBuild } from './index-build.ts'
import type { Writing } from './write.ts'

/** The connector with secrets removed from what its sessions say: errors and their causes, observations, details and log. Rows pass as
 * they are. */
export function guarded<S>(connector: Connector<S>, redact: Redact): Connector<S> {
  return {
    ...connector,
    open: async (connection) => guardedSession(await connector.open({ ...connection, log: redactedLog(connection.log, redact) }), redact),
  }
}

function guardedSession(session: Session, redact: Redact): Session {
  const { isThere, discover, observe, trySql, runs, start, cancel, extract, deliver, write, buildIndex, close } = session
  return {
    check: () =>
      once(redact, async () => {
        const health = await session.check()
        return { ...health, detail: redact(health.detail) }
      }),
    ...(isThere && {
      isThere: () =>
        once(redact, async () => {
          const seen = await isThere.call(session)
          return seen.answer === 'good' ? seen : { ...seen, problem: redact(seen.problem) }
        }),
    }),
    ...(discover && { discover: (zone) => each<Found>(redact, () => discover.call(session, zone)) }),
    ...(observe && {
      observe: (assets) => {
        const clean = remembering(redact)
        return each<Observation>(
          redact,
          () => observe.call(session, assets),
          (seen) => cleanObservation(seen, clean),
        )
      },
    }),
    ...(trySql && {
      trySql: (assets) =>
        each<Trial>(
          redact,
          () => trySql.call(session, assets),
          (trial) => ({ ...trial, problem: redact(trial.problem), remedy: redact(trial.remedy) }),
        ),
    }),
    ...(runs && {
      runs: (since) =>
        each<ExternalRun>(
          redact,
          () => runs.call(session, since),
          (run) => cleanRun(run, redact),
        ),
    }),
    ...(start && { start: (job, wanted) => once(redact, async () => cleanRun(await start.call(session, job, wanted), redact)) }),
    ...(cancel && { cancel: (job, unwanted) => once(redact, () => cancel.call(session, job, unwanted)) }),
    ...(extract && { extract: (request, signal) => each<unknown>(redact, () => extract.call(session, request, signal)) }),
    ...(deliver && {
      deliver: (delivery, signal) => once(redact, async () => ({ detail: redact((await deliver.call(session, delivery, signal)).detail) })),
    }),
    ...guardedFiles(session, redact),
    ...(write && { write: (writing, signal) => once(redact, () => write.call(session, guardedWriting(writing, redact), signal)) }),
    ...(buildIndex && {
      buildIndex: (wanted, signal) => aroundBuild(buildIndex.call(session, wanted, signal), (step) => once(redact, step)),
    }),
    ...(close && { close: () => once(redact, () => close.call(session)) }),
  }
}

function guardedFiles(session: Session, redact: Redact): FileSession {
  const { files, openFile, copyFile, fileMessages } = session
  return {
    ...(files && { files: (where, signal) => each<StoredFile>(redact, () => files.call(session, where, signal)) }),
    ...(openFile && {
      openFile: (file, signal) =>
        once(redact, async () => {
          const opened = await openFile.call(session, file, signal)
          return { ...opened, bytes: each<Uint8Array>(redact, () => opened.bytes) }
        }),
    }),
    ...(copyFile && { copyFile: (file, to, signal) => once(redact, () => copyFile.call(session, file, to, signal)) }),
    ...(fileMessages && {
      fileMessages: (signal) =>
        each<ToldFiles>(
          redact,
          () => fileMessages.call(session, signal),
          (told) => ({ ...told, done: () => once(redact, () => told.done()), giveBack: () => once(redact, () => told.giveBack()) }),
        ),
    }),
  }
}

function guardedWriting(writing: Writing, redact: Redact): Writing {
  return { ...writing, putAside: (reason, place) => writing.putAside(redact(reason), place) }
}

function cleanRun(run: ExternalRun, redact: Redact): ExternalRun {
  return { ...run, error: run.error === null ? null : redact(run.error) }
}

function cleanObservation(seen: Observation, redact: Redact): Observation {
  if (!seen.ok) return { ...seen, publicMessage: redact(seen.publicMessage), message: redact(seen.message) }
  const clean = (evidence: Evidence) => ({ ...evidence, detail: redact(evidence.detail) })
  return {
    ...seen,
    readings: seen.readings.map(({ evidence, ...reading }) => ({ ...reading, ...(evidence && { evidence: clean(evidence) }) })),
    evidence: clean(seen.evidence),
    warnings: seen.warnings.map(redact),
  }
}

async function once<T>(redact: Redact, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw redactError(error, redact)
  }
}

async function* each<T>(redact: Redact, source: () => AsyncIterable<T>, clean = (item: T) => item): AsyncGenerator<T> {
  try {
    for await (const item of source()) yield clean(item)
  } catch (error) {
    throw redactError(error, redact)
  }
}
