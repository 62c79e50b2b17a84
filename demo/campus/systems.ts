import { HTTP_SYSTEMS, type HttpSystem } from './faults.ts'
import { vds } from './ldap/vds.ts'
import { personApi } from './people/person-api.ts'
import { csTools } from './peoplesoft/cs-tools.ts'
import { peopleSoft } from './peoplesoft/peoplesoft.ts'
import { sap } from './sap/sap.ts'
import { personTask } from './snaplogic/person-task.ts'
import { snapLogic } from './snaplogic/snaplogic.ts'
import type { CampusSystem, CampusWorld } from './system.ts'

const OPEN: Record<HttpSystem, (world: CampusWorld) => CampusSystem> = {
  peoplesoft: peopleSoft,
  'person-task': personTask,
  snaplogic: snapLogic,
  sap,
  vds,
  'cs-tools': csTools,
  'person-api': personApi,
}

/** Every system behind the campus' address, in the order of their names: they are asked in turn whether a path is theirs. */
export function openSystems(world: CampusWorld): [HttpSystem, CampusSystem][] {
  return HTTP_SYSTEMS.map((name) => [name, OPEN[name](world)])
}
