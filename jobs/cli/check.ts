import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { adoptionInWords } from '#lib/catalogue/adopt/adoption-in-words.ts'
import type { Catalogue } from '#lib/catalogue/catalogue.ts'
import { missingWhyInWords } from '#lib/catalogue/check/missing-why.ts'
import { sightInWords } from '#lib/catalogue/resolve/audiences.ts'
import { adoptFound, findLabelProblems } from '#lib/commands/catalogue/adopt-found.ts'
import type { LoadedCatalogue } from '#lib/commands/catalogue/load-catalogue.ts'
import { readCatalogueTexts } from '#lib/commands/catalogue/read-catalogue.ts'
import { loadLastArrivals } from '#lib/db/history/arrivals.ts'
import { listKnownJobs } from '#lib/db/runs/external-runs.ts'
import { whyNoAddress } from '#lib/domain/connections/address-reference.ts'
import { LOOKED_AT, outsideInWords } from '#lib/domain/freshness/days/outside-windows.ts'
import type { DeadlinePolicy, Policy } from '#lib/domain/freshness/policies/policy.ts'
import { promiseInWords } from '#lib/domain/freshness/policies/policy-kinds.ts'
import { heartbeatJob } from '#lib/domain/push/pushed-run.ts'
import { cronInWords } from '#lib/domain/time/cron-in-words.ts'
import { type Lookup, missingReferences, resolveIfThere } from '#lib/platform/secrets/secrets.ts'
import { loadAsking } from './check/check-addresses.ts'
import { sqlTried } from './check/check-sql.ts'
import { withDatabaseIfAny, workerLookup } from './databases.ts'
import { type CommandLine, defineVerb, problemsInWords, readArguments } from './verb.ts'

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`

function contents(catalogue: Catalogue): string {
  const { groups, feeds, assets, connections, flows } = catalogue
  const parts = [
    count(groups.length, 'group'),
    count(feeds.length, 'feed'),
    count(assets.length, 'asset'),
    count(connections.length, 'connection'),
  ]
  return `${parts.join(', ')} and ${count(flows.length, 'flow')}`
}

function declaredFlows(catalogue: Catalogue, withCode: ReadonlyMap<string, unknown>): string[] {
  return catalogue.flows
    .filter(({ name }) => !withCode.has(name))
    .map(
      ({ name, runs, reads, writes, cron }) =>
        `  ${name}: ${[runs ?? reads.join(', '), ...(writes.length === 0 ? [] : [writes.join(', ')])].join(' → ')}, ${cron === null ? 'when asked' : cronInWords(cron)}`,
    )
}

/** Variables that nobody has set; those of the demo come from `npm start`. */
function unset(catalogue: Catalogue, lookup: Lookup): string[] {
  const missing = missingReferences(
    [
      catalogue.tell,
      catalogue.channels?.map(({ settings }) => settings),
      catalogue.people.mail,
      catalogue.connections.map(({ settings }) => settings),
    ],
    lookup,
  )
  return missing.filter((name) => !(catalogue.page.demo && name.startsWith('DEMO_')))
}

/** Settings whose server address can be read in more than one way, by the variable or file they stand in. */
function oddAddresses({ connections }: Catalogue, lookup: Lookup): string[] {
  return connections.flatMap(({ settings }) =>
    Object.values(settings).flatMap((written) => {
      const value = typeof written === 'string' && /^(\$\{\w+\}|file:.*)$/.test(written) ? resolveIfThere(written, lookup) : undefined
      const why = value !== undefined && /^(postgres(ql)?|ldaps?):\/\//.test(value) ? whyNoAddress(value) : null
      return why === null ? [] : [`What ${String(written)} stands for ${why}.`]
    }),
  )
}

/** Remarks on deadlines outside of which everything came lately; none without a database. */
async function outside({ assets }: Catalogue, command: CommandLine): Promise<string[]> {
  const promised = assets.filter(({ policies }) => policies.some(isDeadline))
  if (promised.length === 0) return []
  const keys = promised.map(({ key }) => key)
  const arrivals = await withDatabaseIfAny(command, (ctx) => loadLastArrivals(ctx.pool, keys, LOOKED_AT))
  return promised.flatMap(({ key, policies }) =>
    policies.filter(isDeadline).flatMap((policy) => {
      const remark = outsideInWords(policy, arrivals?.get(key) ?? [])
      return remark === null ? [] : [`${key} is promised ${promiseInWords(policy)}. ${remark}`]
    }),
  )
}

/** Jobs of other systems of which no run was ever told; none without a database. */
async function unheardJobs({ assets }: Catalogue, command: CommandLine): Promise<string[]> {
  const named = assets.flatMap(({ key, job, ...asset }) => (job === undefined || job === heartbeatJob(asset) ? [] : [{ key, job }]))
  if (named.length === 0) return []
  const known = await withDatabaseIfAny(command, (ctx) => listKnownJobs(ctx.pool, [...new Set(named.map(({ job }) => job))]))
  if (!known) return []
  return named
    .filter(({ job }) => !known.has(job))
    .map(({ key, job }) => `${key} is written by the job ${job}, of which no run was told yet: look whether its name is right.`)
}

function isDeadline(policy: Policy): policy is DeadlinePolicy {
  return policy.kind === 'deadline'
}

/** What rules take over of what has been found, and what is wrong with them now that this is known; null without a database. */
function adopted(loaded: LoadedCatalogue & { ok: true }, command: CommandLine) {
  if (loaded.adoption === null) return null
  const { rules } = loaded.adoption.rules
  return withDatabaseIfAny(command, async (ctx) => {
    const { placements, catalogue } = await adoptFound(ctx.pool, command.clock.now(), loaded)
    return { catalogue, words: adoptionInWords(rules, placements), ...(await findLabelProblems(ctx.pool, loaded)) }
  })
}

/** What a worker would stumble over with the secrets that are set here, or lately has. */
async function noteBeside(catalogue: Catalogue, command: CommandLine): Promise<void> {
  const lookup = await workerLookup(command)
  const missing = unset(catalogue, lookup)
  if (missing.length > 0) command.terminal.note(`Not set here, needed when it is used: ${missing.join(', ')}.`)
  for (const remark of oddAddresses(catalogue, lookup)) command.terminal.note(remark)
  for (const remark of await outside(catalogue, command)) command.terminal.note(remark)
  for (const remark of await unheardJobs(catalogue, command)) command.terminal.note(remark)
}

export default defineVerb({
  usage: '[path] [--why]',
  summary: 'Check a catalogue and tell everything that is wrong with it.',
  details:
    'The path is a file or a folder of .yaml files; without one, TIDEMARK_CONFIG or ./tidemark.yaml.\nExit code 1 when there is a problem; a remark is none.\nStatements and conditions of assets are prepared in their databases where those can be reached from here, and run nowhere.\nContracts at an address are read from there.\n--why also lists which groups, feeds, assets, flows and connections do not say why they exist; that is no problem.',
  async run(args, command) {
    const { positionals, values } = readArguments(args, { why: { type: 'boolean', default: false } }, { least: 0, most: 1 })
    const path = positionals[0] ?? command.environment().config ?? 'tidemark.yaml'
    const extensions = await loadExtensions()
    const read = await readCatalogueTexts(path)
    const { loaded, obstacles } = await loadAsking(read, extensions, command)
    if (!loaded.ok) {
      command.terminal.note(problemsInWords(loaded.problems))
      return 1
    }
    const taken = await adopted(loaded, command)
    const sql = await sqlTried(loaded.catalogue, read.ok ? read.texts : [], extensions.connectors, command)
    const problems = [...(taken?.problems ?? []), ...sql.problems]
    if (problems.length > 0) {
      command.terminal.note(problemsInWords(problems))
      return 1
    }
    const withoutCode = declaredFlows(loaded.catalogue, extensions.flows)
    const of = withoutCode.length === 0 ? '.' : `, ${withoutCode.length} of them without code:`
    command.terminal.print([`${path} is good: ${contents(loaded.catalogue)}${of}`, ...withoutCode].join('\n'))
    const sight = sightInWords(loaded.catalogue)
    if (sight.length > 0) command.terminal.print(['Who sees which service groups:', ...sight].join('\n'))
    if (taken !== null) command.terminal.print(['Of what has been found:', ...taken.words].join('\n'))
    if (values.why) command.terminal.print(missingWhyInWords(taken?.catalogue ?? loaded.catalogue))
    for (const line of sql.good) command.terminal.print(line)
    const remarks = [...loaded.remarks, ...(taken?.remarks ?? []), ...sql.remarks]
    if (remarks.length > 0) command.terminal.note(problemsInWords(remarks, 'remark'))
    for (const obstacle of [...sql.obstacles, ...obstacles]) command.terminal.note(obstacle)
    await noteBeside(loaded.catalogue, command)
    return 0
  },
})
