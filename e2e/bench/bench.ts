import { measureLake } from './lake.ts'
import { measureOverview } from './overview.ts'
import { print } from './report.ts'
import { measureRules } from './rules.ts'
import { measureSweep } from './sweep.ts'
import { measureTurn } from './turn.ts'
import { measureWorker } from './worker.ts'

const PARTS = {
  rules: measureRules,
  lake: measureLake,
  worker: measureWorker,
  turn: measureTurn,
  sweep: measureSweep,
  overview: measureOverview,
}
const TITLES = {
  rules: 'Rules',
  lake: 'Course load, 50,000 courses',
  worker: 'Worker process, 50,000 courses',
  turn: 'From a deadline to those who look',
  sweep: 'Status sweep',
  overview: 'Overview, 1,000 feeds',
}

const wanted = process.argv.slice(2)
for (const name of ['rules', 'lake', 'worker', 'turn', 'sweep', 'overview'] as const) {
  if (wanted.length === 0 || wanted.includes(name)) print(TITLES[name], await PARTS[name]())
}
process.exit(0)
