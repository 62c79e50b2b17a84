import { describe, expect, it } from 'vitest'
import { failedFilesInWords, landedInWords, triesInWords, unlandedInWords } from './inbox-words.ts'

describe('files of an inbox in words', () => {
  it.each([
    [{ arrived: 0, landed: 0 }, 'No file arrived'],
    [{ arrived: 1, landed: 1 }, '100 %, 1 of 1 file'],
    [{ arrived: 1236, landed: 1235 }, '99 %, 1,235 of 1,236 files'],
  ])('%j landed: %s', (files, words) => {
    expect(landedInWords(files)).toBe(words)
  })

  it.each([
    [{ waiting: 0, taken: 0, failed: 0 }, 'Nothing waits'],
    [{ waiting: 1, taken: 1, failed: 1 }, '1 waits, 1 is being read, 1 failed'],
    [{ waiting: 3000, taken: 2, failed: 0 }, '3,000 wait, 2 are being read'],
  ])('%j: %s', (files, words) => {
    expect(unlandedInWords(files)).toBe(words)
  })

  it.each([
    [0, null],
    [1, null],
    [2, 'tried twice'],
    [5, 'tried 5 times'],
  ])('%i tries: %s', (tries, words) => {
    expect(triesInWords(tries)).toBe(words)
  })

  it.each([
    [0, ''],
    [1, ', 1 file failed'],
    [1200, ', 1,200 files failed'],
  ])('%i failed beside a run: %j', (failed, words) => {
    expect(failedFilesInWords(failed)).toBe(words)
  })
})
