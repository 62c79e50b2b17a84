import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { FlowContract } from '#lib/catalogue/schema/contracts.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { aFlowContract, problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'

/** Problems of a catalogue whose lines from the fourth on are the flows; there are the connections "lake" and "other". */
function problemsOf(flows: Record<string, Partial<FlowContract>>, ...lines: string[]): string[] {
  const text = [
    'page: { name: P, zone: UTC }',
    'connections: { lake: { kind: postgres, url: "${A}" }, other: { kind: postgres, url: "${B}" } }',
    'flows:',
    ...lines.map((line) => `  ${line}`),
  ].join('\n')
  const contracts = Object.entries(flows).map(([name, given]) => [name, aFlowContract(given)] as const)
  return problemsIn(text, { ...campusContracts, flows: new Map(contracts) })
}

describe('flows that write', () => {
  const both = { a: { writes: ['lake/x'] }, b: { writes: ['lake/x'] } }

  it('the same asset are told so', () => {
    expect(problemsOf(both, 'a:', 'b:')).toEqual([
      'tidemark.yaml:5:3 flows.b | The flows "a" and "b" both write "lake/x". | Take one of the flows out.',
    ])
  })

  it('the same path of different connections do not meet', () => {
    expect(problemsOf(both, 'a:', 'b: { connections: { lake: other } }')).toEqual([])
  })

  it('different connections that are mapped to the same one do meet', () => {
    const flows = { a: { writes: ['lake/x'] }, b: { writes: ['warehouse/x'] } }
    expect(problemsOf(flows, 'a:', 'b: { connections: { warehouse: lake } }')).toEqual([
      'tidemark.yaml:5:3 flows.b | The flows "a" and "b" both write "lake/x". | Take one of the flows out.',
    ])
  })

  it('one asset under two names write it once', () => {
    const flow = { writes: ['lake/x', 'warehouse/x'] }
    expect(problemsOf({ a: flow }, 'a: { connections: { warehouse: lake } }')).toEqual([])
  })
})

describe('flows that wait', () => {
  const circle = { a: { after: ['b'] }, b: { after: ['c'] }, c: { after: ['a'] } }

  it('for each other by their files alone are told where the first of them is named', () => {
    expect(problemsOf(circle, 'a:', 'b:', 'c:')).toEqual([
      'tidemark.yaml:4:3 flows.a.after | These flows wait for each other: a → b → c → a. | Take one of them out of an "after".',
    ])
  })

  it('are free once the catalogue opens the circle', () => {
    expect(problemsOf(circle, 'a:', 'b: { after: [] }', 'c:')).toEqual([])
    expect(problemsOf(circle, 'a:', 'b:')).toEqual([])
  })

  it('for each other because the catalogue closes it are told at that line', () => {
    expect(problemsOf({ a: {}, b: { after: ['a'] } }, 'b:', 'a:', '  after:', '  - b')).toEqual([
      'tidemark.yaml:4:3 flows.b.after | These flows wait for each other: b → a → b. | Take one of them out of an "after".',
    ])
  })

  it('for a flow that is asleep are told how to wake it', () => {
    expect(problemsOf({ a: {}, quite_different: {} }, 'a: { after: [quite_different] }')).toEqual([
      'tidemark.yaml:4:16 flows.a.after[0] | The catalogue names no flow "quite_different" to wait for. | There is: a.',
    ])
  })

  it('for something that has no name are told by its type', () => {
    expect(problemsOf({ a: {} }, 'a: { after: [5] }')).toEqual([
      'tidemark.yaml:4:16 flows.a.after[0] | "after" must be text. | Put it between quotes.',
    ])
  })
})

describe('a flow and its connections', () => {
  const needy = { load: { connections: ['source'], reads: ['source/q'], writes: ['lake/x'] } }

  it('lacks one that is neither declared nor mapped', () => {
    expect(problemsOf(needy, 'load:')).toEqual([
      'tidemark.yaml:4:3 flows.load | The flow "load" needs a connection "source". | Declare it under "connections", or say which one to use: "connections: { source: … }".',
    ])
    expect(problemsOf(needy, 'load: { connections: { source: other } }')).toEqual([])
  })

  it('lacks one that its parameters ask for', () => {
    const parameters = z.strictObject({ directory: z.boolean().default(true) })
    const people = { parameters, connectionsFor: (given: unknown) => (parameters.parse(given).directory ? ['directory'] : []) }
    expect(problemsOf({ people }, 'people:')).toEqual([
      'tidemark.yaml:4:3 flows.people | The flow "people" needs a connection "directory". | Declare it under "connections", or say which one to use: "connections: { directory: … }". With other "parameters" the flow does without it.',
    ])
    expect(problemsOf({ people }, 'people: { parameters: { directory: false } }')).toEqual([])
    expect(problemsOf({ people }, 'people: { connections: { directory: other } }')).toEqual([])
    expect(problemsOf({ people }, 'people: { parameters: { directory: maybe } }')).toEqual([
      'tidemark.yaml:4:38 flows.people.parameters.directory | "directory" must be true or false. | Write true or false.',
    ])
  })

  it('may map what it only reads or writes', () => {
    expect(problemsOf(needy, 'load: { connections: { source: other, lake: other } }')).toEqual([])
    expect(problemsOf({ load: { reads: ['archive/q'] } }, 'load: { connections: { archive: other } }')).toEqual([])
  })

  it('is told what it cannot map, and what it cannot map to', () => {
    expect(problemsOf(needy, 'load: { connections: { sorce: other, source: othr, x: lake } }')).toEqual([
      'tidemark.yaml:4:26 flows.load.connections.sorce | The flow "load" uses no connection "sorce". | Did you mean "source"?',
      'tidemark.yaml:4:48 flows.load.connections.source | There is no connection "othr". | Did you mean "other"?',
      'tidemark.yaml:4:54 flows.load.connections.x | The flow "load" uses no connection "x". | There is: source, lake.',
    ])
  })

  it('that uses none has nothing to map', () => {
    expect(problemsOf({ a: {} }, 'a: { connections: { lake: lake } }')).toEqual([
      'tidemark.yaml:4:23 flows.a.connections.lake | The flow "a" uses no connection "lake". | Take it out.',
    ])
  })
})

describe('a flow that does not exist', () => {
  it('is told what there is, or how to make one when there is none', () => {
    expect(problemsOf({ term: {}, course: {} }, 'xyz:')).toEqual([
      'tidemark.yaml:4:3 flows.xyz | There is no flow "xyz". | There is: term, course.',
    ])
    expect(problemsOf({}, 'xyz:')).toEqual([
      'tidemark.yaml:4:3 flows.xyz | There is no flow "xyz". | Add a file of that name to jobs/flows, or take this out.',
    ])
  })
})
