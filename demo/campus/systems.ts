import { csTools } from './cs-tools.ts'
import { HTTP_SYSTEMS, type HttpSystem } from './manners.ts'
import { peopleSoft } from './peoplesoft.ts'
import { personApi } from './person-api.ts'
import { personTask } from './person-task.ts'
import { sap } from './sap.ts'
import { snapLogic } from './snaplogic.ts'
import type { CampusSystem, CampusWorld } from './system.ts'
import { vds } from './vds.ts'

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
