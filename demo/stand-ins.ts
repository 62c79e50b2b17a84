import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '#lib/platform/clock.ts'
import { type Campus, startCampus } from './campus/campus.ts'
import { type Departments, startDepartments } from './campus/departments.ts'
import { type SshServer, startSshServer } from './campus/sftp/ssh-server.ts'
import { onPort, type Ports, portOf } from './ports.ts'

const INBOXES = ['library/inbox', 'bank', 'clinic']
const SSH_USER = 'tidemark'
const SSH_PASSWORD = 'pretend-inbox'

type CampusPorts = Omit<Ports, 'startup' | 'games' | 'enterprise'>

export interface StandIns {
  ports: CampusPorts
  variables: Record<string, string>
  close(): Promise<void>
}

interface StandInsOptions {
  clock: Clock
  folder: string
  ports: CampusPorts
  peopleCount: number
  courses?: string
}

/** Starts everything the flows of the campus talk to. */
export async function startStandIns({ clock, folder, ports, ...world }: StandInsOptions): Promise<StandIns> {
  const campus = await onPort(ports.campus, (port) => startCampus({ clock, ...world, port }))
  for (const inbox of INBOXES) await mkdir(join(folder, 'delivered', inbox), { recursive: true })
  const sshOptions = { clock, folder: join(folder, 'delivered'), keyFolder: folder, user: SSH_USER, password: SSH_PASSWORD }
  const ssh = await onPort(ports.ssh, (port) => startSshServer({ ...sshOptions, port }))
  const departments = await onPort(ports.departments, (port) => startDepartments({ clock, folder: join(folder, 'drop-box'), port }))
  return {
    ports: { campus: portOf(campus.url), departments: portOf(departments.url), ssh: ssh.port },
    variables: { ...campusVariables(campus), ...departmentVariables(departments), ...sshVariables(ssh) },
    async close() {
      await Promise.all([campus.close(), departments.close(), ssh.close()])
    },
  }
}

function campusVariables({ url, courseUrl, urls, credentials }: Campus): Record<string, string> {
  return {
    DEMO_PEOPLESOFT_URL: url,
    DEMO_USER: credentials.user,
    DEMO_PASSWORD: credentials.password,
    DEMO_KEY: credentials.key,
    DEMO_COURSE_URL: courseUrl,
    DEMO_PERSON_URL: urls.personTask,
    DEMO_SAP_URL: urls.sapBapi,
    DEMO_SAP_ODATA_URL: urls.sapOData4,
    DEMO_DIRECTORY_URL: urls.vdsRest,
    DEMO_DIRECTORY_USER: credentials.bindDn,
    DEMO_DIRECTORY_PASSWORD: credentials.bindPassword,
  }
}

function departmentVariables({ url, credentials }: Departments): Record<string, string> {
  return {
    DEMO_DEPARTMENTS_URL: url,
    DEMO_DEPARTMENTS_USER: credentials.user,
    DEMO_DEPARTMENTS_PASSWORD: credentials.password,
    DEMO_DEPARTMENTS_TOKEN: credentials.token,
    DEMO_DEPARTMENTS_KEY: credentials.key,
    // Nobody has renewed it.
    DEMO_EXPIRED_KEY: 'last-year-s-key',
  }
}

function sshVariables(ssh: SshServer): Record<string, string> {
  return {
    DEMO_SSH_PORT: String(ssh.port),
    DEMO_SSH_USER: SSH_USER,
    DEMO_SSH_PASSWORD: SSH_PASSWORD,
    DEMO_SSH_FINGERPRINT: ssh.fingerprint,
  }
}
