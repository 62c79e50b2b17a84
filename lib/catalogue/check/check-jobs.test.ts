import { describe, expect, it } from 'vitest'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { aFlowContract, problemsIn } from '#lib/testing/catalogues/catalogue-texts.ts'

function problemsOf(asset: string, flows = ''): string[] {
  const text = `page: { name: P, zone: UTC }
connections: { lake: { kind: postgres, url: "\${A}" }, dbt: { kind: postgres, url: "\${B}" } }
groups: { g: { feeds: { f: { owner: o, assets: { "lake/x": ${asset} } } } } }
${flows}`
  return problemsIn(text, { ...campusContracts, flows: new Map([['load', aFlowContract({ writes: ['lake/x'] })]]) })
}

describe('the job of another system that an asset names', () => {
  it.each(['dbt/nightly', 'dbt/Nightly build (prod)', 'dbt/folder/job'])('may be %s', (job) => {
    expect(problemsOf(`{ job: "${job}" }`)).toEqual([])
  })

  it('belongs to a connection that there is', () => {
    expect(problemsOf('{ job: dbtt/nightly }')).toEqual([
      'tidemark.yaml:3:67 groups.g.feeds.f.assets.lake/x.job | There is no connection "dbtt". | Did you mean "dbt"?',
    ])
  })

  it.each(['nightly', '/nightly', 'dbt/'])('is written as a connection and a job, unlike %s', (job) => {
    expect(problemsOf(`{ job: "${job}" }`).join()).toContain(
      `"${job}" is not a job of another system. | Write "<connection>/<job>", such as "dbt/nightly".`,
    )
  })

  it('is not beside a flow that writes the asset', () => {
    expect(problemsOf('{ job: dbt/nightly }', 'flows: { load: {} }').join()).toContain(
      '"lake/x" is written by the flow "load", and cannot be written by a job of another system, too. | Take "job" out',
    )
  })
})
