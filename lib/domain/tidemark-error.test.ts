import { expect, it, vi } from 'vitest'
import { isTidemarkError, TidemarkError } from './tidemark-error.ts'

it('is known as ours also where another copy of the module made it, and nothing else is, however alike', async () => {
  vi.resetModules()
  const copy = await import('./tidemark-error.ts')
  expect(copy.TidemarkError).not.toBe(TidemarkError)
  const made = new copy.TidemarkError('invalid', { publicMessage: 'No.' })
  expect([
    isTidemarkError(made),
    made instanceof TidemarkError,
    copy.isTidemarkError(new TidemarkError('invalid', { publicMessage: 'No.' })),
  ]).toEqual([true, true, true])
  expect(
    [new Error('No.'), { ...made }, Object.assign(new Error('No.'), { name: 'TidemarkError', code: 'invalid' }), null, 'x'].some(
      isTidemarkError,
    ),
  ).toBe(false)
})

it('is none of its own kinds because it is one of ours', () => {
  class Stopped extends TidemarkError {}
  const [plain, stopped] = [TidemarkError, Stopped].map((kind) => new kind('invalid', { publicMessage: 'No.' }))
  expect([plain instanceof Stopped, stopped instanceof Stopped, stopped instanceof TidemarkError]).toEqual([false, true, true])
})
