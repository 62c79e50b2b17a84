import { measureLake } from './lake.ts'
import { measureOverview } from './overview.ts'
import { measurePeople } from './people.ts'
import { measurePersonLake } from './person-lake.ts'
import { print } from './report.ts'
import { measureRules } from './rules.ts'
import { measureRunNow } from './run-now.ts'
import { measureSweep } from './sweep.ts'
import { measureTurn } from './turn.ts'
import { measureWorker } from './worker.ts'

const PARTS = {
  rules: measureRules,
  lake: measureLake,
  person: measurePersonLake,
  worker: measureWorker,
  people: measurePeople,
  'run-now': measureRunNow,
  turn: measureTurn,
  sweep: measureSweep,
  overview: measureOverview,
}
const TITLES = {
  rules: 'Rules',
  lake: 'Course load, 50,000 courses',
  person: 'Person load, 40,000 people',
  worker: 'Worker process, 50,000 courses',
  people: 'Worker process, people over HTTP',
  'run-now': 'From a press of Run now to the page',
  turn: 'From a deadline to those who look',
  sweep: 'Status sweep',
  overview: 'Overview, 1,000 feeds',
}

const wanted = process.argv.slice(2)
for (const name of ['rules', 'lake', 'person', 'worker', 'people', 'run-now', 'turn', 'sweep', 'overview'] as const) {
  if (wanted.length === 0 || wanted.includes(name)) print(TITLES[name], await PARTS[name]())
}
process.exit(0)
