import { expect, test } from 'vitest'
import { problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'

test('of thousands of names that lead nowhere only the first are compared with all there are', () => {
  const assets = Array.from({ length: 300 }, (_, i) => `          lake/orders_${i}: { from: lake/ordrs_${i} }\n`)
  const problems = problemsIn(
    `page: { name: Campus, zone: America/New_York }\nconnections:\n  lake: { kind: postgres, url: "\${LAKE_DATABASE_URL}" }\ngroups:\n  g:\n    feeds:\n      f:\n        assets:\n${assets.join('')}`,
  )
  expect(problems).toHaveLength(300)
  expect(problems.filter((problem) => problem.includes('Did you mean "lake/orders_'))).toHaveLength(20)
  expect(problems[0]).toContain('Did you mean')
  expect(problems.at(-1)).toContain('Declare it in a feed')
})
