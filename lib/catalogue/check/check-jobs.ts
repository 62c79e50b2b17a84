import { childOf, entriesOf, type LocatedNode, nodeAt, textAt, textOf, toPlain } from '#lib/catalogue/parse/node.ts'
import type { Outline } from '#lib/catalogue/parse/outline.ts'
import type { DeclaredFlow } from '#lib/catalogue/resolve/declared-flows.ts'
import { runsJob } from '#lib/catalogue/resolve/jobs-elsewhere.ts'
import type { CatalogueContracts, ConnectorContract } from '#lib/catalogue/schema/contracts.ts'
import { OWN_PARAMETERS } from '#lib/catalogue/schema/declared-flow.ts'
import { CONNECTION_KEYS } from '#lib/catalogue/schema/document.ts'
import { partsOfJob } from '#lib/domain/runs/external-run.ts'
import { knownFlows } from './check-flows.ts'
import { type Finding, unknownName, wrongKey, wrongValue } from './finding.ts'

/** Jobs of connections that do not exist, and assets that a flow writes beside the job they name. */
export function checkJobs(outline: Outline, contracts: CatalogueContracts): Finding[] {
  const connections = outline.connections.map(({ key }) => key)
  const flowOf = new Map(knownFlows(outline, contracts).flatMap(({ key, assets }) => assets.writes.map((asset) => [asset, key] as const)))
  return outline.assets.flatMap(({ key, path, node }): Finding[] => {
    const job = textAt(node, 'job')
    if (job === undefined) return []
    const at = [...path, 'job']
    const flow = flowOf.get(key)
    const connection = partsOfJob(job)?.connection
    const declareIt = `Declare it under "connections", or write the job as "<connection>/<job>".`
    return [
      ...(flow === undefined
        ? []
        : [
            wrongValue(
              at,
              `"${key}" is written by the flow "${flow}", and cannot be written by a job of another system, too.`,
              'Take "job" out, or take the asset out of what the flow writes.',
            ),
          ]),
      ...(connection === undefined || connections.includes(connection)
        ? []
        : [unknownName(at, 'connection', connection, connections, declareIt)]),
    ]
  })
}

interface Systems {
  connections: ReadonlyMap<string, LocatedNode>
  connectors: ReadonlyMap<string, ConnectorContract>
}

/** What a flow that runs a job of another system does not do itself. */
const STEPS = ['extract', 'select', 'load', 'deliver', 'land', 'index', 'connections', 'rejectTolerance']

/** What is wrong with `runs`: a job that has no name, or that nobody can start; a step beside it; what only means something beside it. */
export function checkJobBlock({ name, node, writes }: DeclaredFlow, systems: Systems): Finding[] {
  if (!runsJob(node)) {
    const only = ['reads', 'writes'].flatMap((key) => childOf(node, key) ?? [])
    return only.map(({ path }) => wrongKey(path, `"${path.at(-1)}" means something beside "runs" only.`, 'Take it out.'))
  }
  const beside = STEPS.filter((key) => childOf(node, key) !== undefined)
  const feed = childOf(node, 'feed')
  return [
    ...beside.map((key) => {
      const problem = `"${name}" runs a job of another system, so "${key}" means nothing here.`
      return wrongKey([...node.path, key], problem, 'Make two flows of it, or take it out.')
    }),
    ...(feed !== undefined && writes.length === 0
      ? [wrongKey(feed.path, `"${name}" does not say what its job writes, so no feed shows it.`, 'Add "writes: [<connection>/<path>]".')]
      : []),
    ...checkJob(node, systems),
    ...checkParameters(node),
  ]
}

function checkJob(node: LocatedNode, { connections, connectors }: Systems): Finding[] {
  const runs = childOf(node, 'runs')
  const written = textOf(runs)?.trim()
  if (runs === undefined || written === undefined || written === '') return []
  const parts = partsOfJob(written)
  if (parts === null) return [wrongValue(runs.path, `"${written}" names no job.`, 'Write it as "<connection>/<job>", such as adf/nightly.')]
  const connection = connections.get(parts.connection)
  if (connection === undefined) {
    const declareIt = 'Declare it under "connections", or write the job as "<connection>/<job>".'
    return [unknownName(runs.path, 'connection', parts.connection, connections.keys(), declareIt)]
  }
  const connector = connectors.get(textAt(connection, 'kind') ?? '')
  if (connector === undefined || connector.startsJobs?.(settingsOf(connection)) === true) return []
  const able = [...connectors].filter(([, one]) => one.startsJobs !== undefined).map(([kind]) => kind)
  const isSetUpSo = connector.startsJobs !== undefined
  const problem = isSetUpSo
    ? `No job of "${parts.connection}" can be started as it is set up.`
    : `No job of "${parts.connection}" can be started from here: its connector only watches.`
  return [wrongValue(runs.path, problem, `Connections of these kinds can start jobs: ${able.join(', ') || 'none is installed'}.`)]
}

function settingsOf(connection: LocatedNode): Record<string, unknown> {
  const written = toPlain(connection)
  if (typeof written !== 'object' || written === null) return {}
  return Object.fromEntries(Object.entries(written).filter(([name]) => !CONNECTION_KEYS.has(name)))
}

function checkParameters(node: LocatedNode): Finding[] {
  return entriesOf(nodeAt(node, ['parameters'])).flatMap(([name, value]) =>
    OWN_PARAMETERS.includes(name)
      ? [
          wrongKey(
            value.path,
            `"${name}" means something else to Tidemark, and cannot be told to a job.`,
            'Call the parameter otherwise there.',
          ),
        ]
      : [],
  )
}
