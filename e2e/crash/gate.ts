import { Client } from 'pg'
import { systemClock } from '#lib/platform/clock.ts'

/** A place in the work of a run at which a database stops it: the statement is held until the gate is opened. */
export interface GatePlace {
  database: 'tidemark' | 'lake'
  table: string
  /** `before insert for each row`, … */
  when: string
  condition?: string
}

export const GATES = {
  'before the commit of a batch': { database: 'lake', table: 'tidemark.load_batch', when: 'before insert', condition: 'true' },
  'in the middle of writing course rows': { database: 'lake', table: 'course_raw.course_data', when: 'before insert' },
  'in the middle of curating courses': { database: 'lake', table: 'course_curated.course_data_by_service', when: 'before insert' },
  'in the middle of copying people': { database: 'lake', table: 'person_raw.person_data', when: 'before insert', condition: 'true' },
  'in the middle of curating people': {
    database: 'lake',
    table: 'person_curated.person_data_by_service',
    when: 'before insert',
    condition: 'true',
  },
  'in the middle of deleting people': {
    database: 'lake',
    table: 'person_xform.current_person_data',
    when: 'before update',
    condition: 'old.deleted_at is null and new.deleted_at is not null',
  },
  'in the middle of noting other populations': {
    database: 'lake',
    table: 'person_xform.current_person_data',
    when: 'before update',
    condition: 'cardinality(new.populations) < cardinality(old.populations)',
  },
  'between postponing people and saying so': { database: 'tidemark', table: 'run_rejection', when: 'before insert', condition: 'true' },
  'in the middle of replacing terms': {
    database: 'lake',
    table: 'term_xform.current_term_data',
    when: 'before insert or update or delete',
  },
  'between a commit and the ledger': {
    database: 'tidemark',
    table: 'run_task',
    when: 'before update',
    condition: "new.state = 'completed'",
  },
  'between the end of a run and its outcome': {
    database: 'tidemark',
    table: 'arrival',
    when: 'before insert',
    condition: 'new.run_id is not null',
  },
  'between an order and its run': {
    database: 'tidemark',
    table: 'run',
    when: 'before update',
    condition: "old.state <> 'running' and new.state = 'running'",
  },
  'between the start of a job and its note': {
    database: 'tidemark',
    table: 'external_run',
    when: 'before insert',
    condition: 'new.ended_at is null',
  },
  'between the note of a run and its step': {
    database: 'tidemark',
    table: 'reload_step',
    when: 'before update',
    condition: 'old.external_run_id is null and new.external_run_id is not null',
  },
  'between the end of a job and its note': {
    database: 'tidemark',
    table: 'external_run',
    when: 'before update',
    condition: 'old.ended_at is null and new.ended_at is not null',
  },
  'between two steps of an order': { database: 'tidemark', table: 'reload_step', when: 'before update', condition: "new.state = 'done'" },
} as const satisfies Record<string, GatePlace>
export type GateName = keyof typeof GATES

/** How long a run may take to come to a gate. */
export const GATE_MS = 60_000

const LOCK = 4242
const DDL = `
create schema crash;
create table crash.installed as select now() as installed_at;
create table crash.gate (name text primary key, target bigint);
create function crash.wait() returns trigger language plpgsql as $$
declare open_at bigint; passed bigint;
begin
  select target into open_at from crash.gate where name = tg_argv[0];
  if open_at is not null then
    passed := nextval('crash.' || quote_ident(tg_argv[0]));
    if passed = open_at then perform pg_advisory_xact_lock_shared(${LOCK}); end if;
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;`

/** Puts the gates of all tables that a database has in place, open. */
export async function installGates(url: string, database: GatePlace['database']): Promise<void> {
  const client = await connect(url)
  await client.query(DDL)
  for (const [name, gate] of Object.entries(GATES).filter(([, place]) => place.database === database)) {
    const { rowCount } = await client.query('select 1 where to_regclass($1) is not null', [gate.table])
    if (rowCount === 0) continue
    const each = 'condition' in gate ? `for each row when (${gate.condition})` : 'for each statement'
    await client.query(`create sequence crash."${name}"`)
    await client.query(`insert into crash.gate (name) values ('${name}')`)
    await client.query(`create trigger "crash ${name}" ${gate.when} on ${gate.table} ${each} execute function crash.wait('${name}')`)
  }
  await client.end()
}

const WAITING = `from pg_locks where locktype = 'advisory' and objid = $1 and not granted
  and database = (select oid from pg_database where datname = current_database())`

/** A gate that holds whoever passes it for the n-th time. */
export interface ClosedGate {
  /** Resolves when somebody stands before it; false when nobody came in time. */
  reached(withinMs: number): Promise<boolean>
  /** Lets everybody pass from now on; who stands before it stays there. */
  disarm(): Promise<void>
  close(): Promise<void>
}

/** Closes a gate of a scene, in whichever of its databases it stands. */
export async function closeGate(
  { databaseUrl, lakeUrl }: Record<'databaseUrl' | 'lakeUrl', string>,
  name: GateName,
  nth: number,
): Promise<ClosedGate> {
  const client = await connect(GATES[name].database === 'lake' ? lakeUrl : databaseUrl)
  await client.query('select pg_advisory_lock($1)', [LOCK])
  await client.query('update crash.gate set target = $2 where name = $1', [name, nth])
  return {
    async reached(withinMs) {
      const giveUpAt = systemClock.now() + withinMs
      while (systemClock.now() < giveUpAt) {
        if ((await client.query(`select 1 ${WAITING}`, [LOCK])).rowCount !== 0) return true
        await systemClock.sleep(10)
      }
      return false
    },
    async disarm() {
      await client.query('update crash.gate set target = null')
      // A statement of Tidemark's own database that stands there never came: a dead worker's would otherwise still be carried out.
      if (GATES[name].database === 'tidemark') await client.query(`select pg_terminate_backend(pid) ${WAITING}`, [LOCK])
    },
    close: () => client.end(),
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return client
}
