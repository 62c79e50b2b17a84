import { describe, expect, it } from 'vitest'
import { checkWhole } from './read-adap.ts'

const check = (entries: number, total?: number) => () => checkWhole('The directory', { entries, total, cookie: undefined })

describe('an answer of the directory', () => {
  it('W15: is refused when the directory counts other entries than it gave, or says that there are more', () => {
    expect(check(2, 3)).toThrow('counts 3 entries and gave 2')
    expect(check(2, 0)).toThrow('counts 0 entries and gave 2')
    expect(check(2, -1)).toThrow('there is more than the 2 entries')
  })

  it.each([undefined, 2, -2, -3])('is whole when it counts %s', (total) => {
    expect(check(2, total)).not.toThrow()
  })
})
