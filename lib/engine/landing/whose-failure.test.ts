import { describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { RunStopped } from '#lib/engine/run/stop.ts'
import { WhoseFailure } from './whose-failure.ts'

const fromServer = (code: string) => Object.assign(new Error(`sql ${code}`), { code })
const thrown = async (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: unknown) => error,
  )

/** What comes of an error that the lake throws within a transaction. */
const ofLake = (error: unknown) => {
  const whose = new WhoseFailure()
  return thrown(whose.ofLake(() => whose.inTransaction('games.prices', () => Promise.reject(error))))
}

describe('an error of the lake', () => {
  it.each([
    ['08006', 'unavailable', true, 'could not be reached'],
    ['57P01', 'unavailable', true, 'could not be reached'],
    ['53100', 'refused', false, 'The disk of the lake is full'],
    ['42501', 'refused', false, 'does not let its user write to games.prices'],
    ['42703', 'refused', false, 'it was dropped, or has lost a column'],
    ['42P01', 'refused', false, 'it was dropped, or has lost a column'],
  ])('that every file would meet says so: %s', async (state, code, retryable, words) => {
    expect(await ofLake(fromServer(state))).toMatchObject({
      systemWide: true,
      code,
      retryable,
      publicMessage: expect.stringContaining(words),
    })
  })

  it.each([
    ['23514', 'has a constraint that the rows do not keep'],
    ['22P02', 'does not fit its column'],
    ['54000', 'larger than PostgreSQL takes'],
  ])('about the rows of one file is that of the file: %s', async (state, words) => {
    expect(await ofLake(fromServer(state))).toMatchObject({ systemWide: false, publicMessage: expect.stringContaining(words) })
  })

  it('that nobody knows stays as it is, and a run that is stopped is stopped', async () => {
    const unknown = fromServer('XX000')
    expect(await ofLake(unknown)).toBe(unknown)
    const stopped = new RunStopped('handed-back')
    expect(await ofLake(stopped)).toBe(stopped)
  })

  it('of our own that is about all files is marked, its words kept', async () => {
    const error = new TidemarkError('refused', { publicMessage: 'It has no column.', message: 'inside' })
    expect(await ofLake(error)).toMatchObject({ systemWide: true, code: 'refused', publicMessage: 'It has no column.', message: 'inside' })
  })
})

describe('an error of a file', () => {
  const broken = new TidemarkError('unavailable', { publicMessage: 'It broke off.', retryable: true })

  it('stays that of the file, wherever it comes through', async () => {
    const whose = new WhoseFailure()
    const within = (work: () => Promise<unknown>) => thrown(whose.ofLake(() => whose.inTransaction('games.prices', work)))
    expect(await within(() => whose.ofFile(() => Promise.reject(broken)))).toBe(broken)
    async function* pieces() {
      yield 1
      throw broken
    }
    expect(await within(() => Array.fromAsync(whose.eachOfFile(pieces())))).toBe(broken)
  })

  it('is none of another file', async () => {
    await thrown(new WhoseFailure().ofFile(() => Promise.reject(broken)))
    expect(await ofLake(broken)).toMatchObject({ systemWide: true })
  })

  it('is passed on whatever it is, and what is no error of anybody is passed through', async () => {
    const whose = new WhoseFailure()
    expect(await thrown(whose.ofLake(() => whose.ofFile(() => Promise.reject('words'))))).toBe('words')
    expect(await whose.ofLake(() => whose.inTransaction('t', () => whose.ofFile(async () => 7)))).toBe(7)
    expect(
      await Array.fromAsync(
        whose.eachOfFile(
          (async function* () {
            yield* [1, 2]
          })(),
        ),
      ),
    ).toEqual([1, 2])
  })
})
