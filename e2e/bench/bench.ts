import { measureCatalogue } from '../catalogue/measure-catalogue.ts'
import { measureLanding } from '../landing/measure-landing.ts'
import { measureProbing } from '../probing/measure-probing.ts'
import { measurePush } from '../push/measure-push.ts'
import { measureApi } from './api.ts'
import { measureFollow } from './follow.ts'
import { measureLake } from './lake.ts'
import { measureLineage } from './lineage.ts'
import { measureOverview } from './overview.ts'
import { measurePasswordFlood } from './password-flood.ts'
import { measurePeople } from './people.ts'
import { measurePersonLake } from './person-lake.ts'
import { print } from './report.ts'
import { measureRules } from './rules.ts'
import { measureRunNow } from './run-now.ts'
import { measureSlowReaders } from './slow-readers.ts'
import { measureStorage } from './storage.ts'
import { measureSweep } from './sweep.ts'
import { measureTurn } from './turn.ts'
import { measureWorker } from './worker.ts'

const PARTS = {
  rules: { title: 'Rules', measure: measureRules },
  lake: { title: 'Course load, 50,000 courses', measure: measureLake },
  landing: { title: 'A file of a million lines', measure: measureLanding },
  person: { title: 'Person load, 40,000 people', measure: measurePersonLake },
  worker: { title: 'Worker process, 50,000 courses', measure: measureWorker },
  people: { title: 'Worker process, people over HTTP', measure: measurePeople },
  'run-now': { title: 'From a press of Run now to the page', measure: measureRunNow },
  turn: { title: 'From a deadline to those who look', measure: measureTurn },
  push: { title: 'Pushed events, 200 assets', measure: measurePush },
  storage: { title: 'History, 90 days', measure: measureStorage },
  probing: { title: 'Looks at 10,000 tables of PostgreSQL', measure: measureProbing },
  sweep: { title: 'Status sweep', measure: measureSweep },
  lineage: { title: 'Lineage, 10,000 edges, and causes in it', measure: measureLineage },
  catalogue: { title: 'Search, 10,000 assets and 50,000 columns', measure: measureCatalogue },
  follow: { title: 'As fresh as what it is made from', measure: measureFollow },
  overview: { title: 'Overview, 1,000 feeds', measure: measureOverview },
  'slow-readers': { title: 'Event streams that nobody reads', measure: measureSlowReaders },
  'password-flood': { title: 'Ten thousand tries of a password', measure: measurePasswordFlood },
  api: { title: 'API, 10,000 assets', measure: measureApi },
}

const wanted = process.argv.slice(2)
for (const [name, { title, measure }] of Object.entries(PARTS)) {
  if (wanted.length === 0 || wanted.includes(name)) print(title, await measure())
}
process.exit(0)
