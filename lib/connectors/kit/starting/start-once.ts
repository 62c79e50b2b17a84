import type { Connection, WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'

interface Start<R> {
  system: string
  /** The job in words, within a sentence. */
  called: string
  wanted: Pick<WantedJobRun, 'noteTry'>
  start(): Promise<R>
  /** The run that bears the key of this wish, whatever became of it. */
  find(): Promise<R | undefined>
}

/** Whether a run is to be told something: then one that goes on is no run of this wish. */
export function hasParameters({ parameters }: Pick<WantedJobRun, 'parameters'>): boolean {
  return Object.keys(parameters).length > 0
}

/** Starts a run and notes the try; where the answer is lost the run is looked for, since it may have begun all the same. */
export async function startOnce<R>(
  { signal }: Pick<Connection<unknown>, 'signal'>,
  { system, called, wanted, start, find }: Start<R>,
): Promise<R> {
  await wanted.noteTry(true)
  try {
    return await start()
  } catch (error) {
    // Whatever was answered that is no plain no: it may have been started.
    if (isPlainNo(error)) await wanted.noteTry(false)
    if (signal.aborted || isPlainNo(error)) throw error
    const begun = await find().catch(() => {
      throw isTidemarkError(error) && error.retryable ? error : nobodyKnows(system, called, error)
    })
    if (begun !== undefined) return begun
    throw error
  }
}

/** Another try looks for it again before it starts anything. */
function nobodyKnows(system: string, called: string, cause: unknown): TidemarkError {
  const publicMessage = `${system} did not tell whether it has started ${called}.`
  return new TidemarkError('unavailable', { publicMessage, retryable: true, cause })
}

/** An answer of 4xx: nothing has begun. Who says that it took too long (408) may have been heard. */
function isPlainNo(error: unknown): boolean {
  return isTidemarkError(error) && error.status !== undefined && error.status >= 400 && error.status < 500 && error.status !== 408
}
