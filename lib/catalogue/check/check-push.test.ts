import { expect, it } from 'vitest'
import push from '#lib/connectors/push.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'

const contracts = { ...campusContracts, connectors: new Map([...campusContracts.connectors, ['push', push] as const]) }
const problemsOf = (...connections: string[]) =>
  problemsIn(`page: { name: P, zone: UTC }\nconnections:\n${connections.map((one) => `  ${one}\n`).join('')}`, contracts)

it.each([
  [['a: { kind: push, from: cron }']],
  [
    [
      'a: { kind: push, from: cron }',
      'b: { kind: push, from: Airflow, namespace: airflow }',
      'c: { kind: push, from: Spark, namespace: spark }',
    ],
  ],
])('of %j each is told of something else', (connections) => {
  expect(problemsOf(...connections)).toEqual([])
})

it('two that are told of the same are refused, since nobody could say whose a run is', () => {
  const own = 'kind: push, from: Airflow, namespace: airflow'
  expect(problemsOf(`a: { ${own} }`, `b: { ${own} }`).join()).toContain('"a" and "b" are both told of the namespace "airflow".')
  const rest = problemsOf('a: { kind: push, from: cron }', 'b: { kind: push, from: cron }').join()
  expect(rest).toContain('tidemark.yaml:4')
  expect(rest).toContain('both told of every namespace that no other connection names')
})

it.each(['file:///data', '"${NAMESPACE}"', 'postgres://ada@db'])(
  'a namespace that could not be kept as it is written is refused: %s',
  (namespace) => {
    expect(problemsOf(`a: { kind: push, from: cron, namespace: ${namespace} }`).join()).toContain('looks like a reference or holds a user')
  },
)
