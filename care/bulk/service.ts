import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConsentService } from '#care/consent'
import type { PersonService } from '#care/person'
import { manyService, markNow, type RecordService, scopeAllows } from '#care/record'
import type { Actor, Context } from '#kernel/context'
import { ulid } from '#kernel/id'
import { refuse } from '#kernel/refusal'
import type { Room } from '#kernel/room'
import { isObject, resourceTypes } from '#packages/fhir'
import { exportSteps, type Sizes } from './export-steps.ts'
import { jobFolder, removeFolder } from './folder.ts'
import { importSteps, type Stretch } from './import-steps.ts'
import { leaving } from './leaving.ts'
import type { LineMaker } from './making.ts'
import type { BulkFile, ExportAsk, Flow, ImportAsk, Job } from './model.ts'
import { pump } from './pump.ts'
import { judgePoll, MAX_OPEN_JOBS, readExport, retryAfterSeconds, type Sent, type Wrong } from './rules.ts'
import * as store from './store.ts'
import type { Clients } from './worker.ts'

export type BulkService = ReturnType<typeof bulkService>
export type BulkDeps = Sizes &
  Stretch & {
    /** Data folder of the platform; files stand in `bulk/` below it, what operators lay out in `import/`. */
    home: string
    clients: Clients
    consent: ConsentService
    person: PersonService
    record: RecordService
    /** Whether there is room for more; jobs stand still where there is none. */
    room?: Room
    /** Makes lines of imports ready elsewhere; here where it is absent. */
    maker?: LineMaker
  }

export type KickOff = {
  level: ExportAsk['level']
  /** The Group, or the Patient, of the address. */
  id?: string
  sent: readonly Sent[]
  strict: boolean
  url: string
}

type System = Extract<Actor, { kind: 'system' }>
const systemOf = (ctx: Context): System => (ctx.actor.kind === 'system' ? ctx.actor : refuse('not-permitted'))

/** A job waits this long for its turn at most. */
const WAIT_HOURS = 7 * 24

/** Bulk export and import: kick-off, status, files; the work itself is done by the leader. */
export function bulkService(deps: BulkDeps) {
  const many = manyService(deps)
  const steps = pump({
    home: deps.home,
    ...(deps.room ? { room: deps.room } : {}),
    steps: (worker, job) => (job.flow === 'export' ? exportSteps(deps, worker, job) : importSteps({ ...deps, many }, worker, job)),
  })

  /** A job of this client. @refuses not-found also for another client's; purpose-differs where it was begun under another purpose */
  async function ownJob(ctx: Context, flow: Flow, id: string): Promise<Job> {
    const which = { id, clientId: systemOf(ctx).id, flow, now: ctx.now }
    const job = (await store.findJob(ctx.db, which)) ?? refuse('not-found')
    return job.purpose === ctx.purpose ? job : refuse('purpose-differs', { purpose: job.purpose })
  }

  /** Keeps a new job; null where the client has too many open. */
  async function enqueue(ctx: Context, about: { flow: Flow; url: string; ask: object; id?: string }): Promise<string | null> {
    const { id: clientId, scopes } = systemOf(ctx)
    if ((await store.countOpen(ctx.db, clientId, about.flow)) >= MAX_OPEN_JOBS) return null
    const id = about.id ?? ulid(ctx.now.getTime())
    const until = new Date(ctx.now.getTime() + WAIT_HOURS * 3600_000)
    const { flow, url, ask } = about
    const { purpose, via = '' } = ctx
    const mark = flow === 'export' ? await markNow(ctx.db) : null
    await store.insertJob(ctx.db, { id, flow, clientId, scopes: [...scopes], purpose, via, url, ask, at: ctx.now, until, mark })
    ctx.audit({ resource: `$${flow}/${id}` })
    return id
  }

  return {
    ...steps,
    home: deps.home,

    /**
     * Takes an export on.
     * @returns its id, or null where the client has too many open already
     * @refuses search-unsupported, search-invalid, scope-missing, not-found for a Group or Patient that the caller may not see
     */
    async kickOff(ctx: Context, about: KickOff): Promise<string | null> {
      const { scopes } = systemOf(ctx)
      const asked = requireRead(readExport(about.sent, about.strict))
      const types = typesFor(scopes, asked.types, about.level)
      for (const { type, query } of asked.filters) await deps.record.matching(ctx, type, new URLSearchParams(query), [])
      const { patients, ...rest } = asked
      const keys = await keysFor(deps.record, ctx, about, patients)
      return enqueue(ctx, { flow: 'export', url: about.url, ask: { ...rest, level: about.level, types, keys } satisfies ExportAsk })
    },

    /** Takes an import on. @returns its id, or null where the client has too many open already */
    async kickOffImport(ctx: Context, about: { ask: ImportAsk; url: string; id: string }): Promise<string | null> {
      const id = await enqueue(ctx, { flow: 'import', ...about })
      if (id === null) await removeFolder(deps.home, about.id)
      return id
    },

    /**
     * How a job stands, and when to ask again; `tooEager` where the client asks too often.
     * @refuses not-found
     */
    async status(ctx: Context, flow: Flow, id: string): Promise<{ job: Job; files: BulkFile[]; retryAfter: number; tooEager: boolean }> {
      const job = await ownJob(ctx, flow, id)
      ctx.audit({ resource: `$${flow}/${id}` })
      const runningMs = ctx.now.getTime() - job.at.getTime()
      const retryAfter = retryAfterSeconds(runningMs)
      if (job.state === 'completed' || job.state === 'failed')
        return { job, files: await store.findFiles(ctx.db, id), retryAfter, tooEager: false }
      const polls = await store.lockPolls(ctx.db, id)
      const sinceLastMs = polls.polledAt && ctx.now.getTime() - polls.polledAt.getTime()
      const judged = judgePoll({ sinceLastMs, runningMs, early: polls.early })
      await store.notePoll(ctx.db, id, { at: ctx.now, early: judged.early })
      return { job, files: [], retryAfter, tooEager: judged.refused }
    },

    /** Ends a job, or gives its files back. @refuses not-found */
    async cancel(ctx: Context, flow: Flow, id: string): Promise<void> {
      const job = await ownJob(ctx, flow, id)
      await store.cancelJob(ctx.db, job.id, ctx.now)
      ctx.audit({ resource: `$${flow}/${id}` })
    },

    /**
     * A file of a finished job, piece by piece. Each line must be visible to the caller when it leaves, whatever was true when it
     * was written: a consent withdrawn since keeps it back.
     * @refuses not-found also for another client's job; scope-missing
     */
    async fetch(ctx: Context, flow: Flow, about: { id: string; n: number }): Promise<AsyncIterable<Buffer>> {
      const job = await ownJob(ctx, flow, about.id)
      if (job.state !== 'completed') refuse('not-found')
      const file = (await store.findFile(ctx.db, job.id, about.n)) ?? refuse('not-found')
      const { type } = file
      if (file.role === 'output' && !scopeAllows(systemOf(ctx).scopes, type, 'r')) refuse('scope-missing', { scope: `system/${type}.r` })
      ctx.audit({ resource: `$${flow}/${about.id}/${about.n}`, count: file.count })
      const path = join(jobFolder(deps.home, job.id), file.name)
      // A restored database knows of files that no backup keeps.
      await access(path).catch(() => refuse('not-found'))
      return leaving({ deps, ctx, job, file, path })
    },
  }
}

const isWrong = (read: object): read is Wrong => 'param' in read
/** @refuses search-unsupported, search-invalid */
const refuseParameter = ({ param, value, unsupported }: Wrong): never =>
  unsupported ? refuse('search-unsupported', { param: param.slice(0, 80) }) : refuse('search-invalid', { param: param.slice(0, 80), value })
const requireRead = <T extends object>(read: T | Wrong): T => (isWrong(read) ? refuseParameter(read) : read)

/** Types of the export: those asked for, which the token must all cover, or all that it covers. @refuses scope-missing */
function typesFor(scopes: readonly string[], asked: readonly string[] | null, level: ExportAsk['level']): string[] {
  const covered = (type: string) => scopeAllows(scopes, type, 'r') && scopeAllows(scopes, type, 's')
  const missing = asked?.find((type) => !covered(type))
  if (missing !== undefined) refuse('scope-missing', { scope: `system/${missing}.rs` })
  const types = (asked ?? resourceTypes).filter(covered)
  if (types.length === 0) refuse('scope-missing', { scope: level === 'system' ? 'system/*.rs' : 'system/Patient.rs' })
  return [...types].sort()
}

/** Patients an export is about: members of a Group, the Patient of the address, those named in the body; null for all. */
async function keysFor(
  record: RecordService,
  ctx: Context,
  { level, id }: KickOff,
  patients: readonly string[] | null,
): Promise<string[] | null> {
  const named = patients?.map(keyOf) ?? null
  if (id === undefined) return named && [...new Set(named)].sort()
  // No law opens a Patient by itself. Where none is opened for this one, the files are empty, as for one that nobody has.
  if (level === 'patient') return [ctx.purpose === 'TREAT' ? (await record.read(ctx, 'Patient', id)).key : keyOf(id)]
  const group: unknown = JSON.parse((await record.read(ctx, 'Group', id)).body)
  const members = membersOf(group)
  return [...new Set(named === null ? members : members.filter((key) => named.includes(key)))].sort()
}

const keyOf = (id: string): string => id.split('.', 1)[0]!

/** Keys of the patients in a Group; inactive members are none. */
function membersOf(group: unknown): string[] {
  const members = isObject(group) && Array.isArray(group.member) ? group.member : []
  return members.flatMap((member) => {
    if (!isObject(member) || member.inactive === true || !isObject(member.entity)) return []
    const id = /(?:^|\/)Patient\/([A-Za-z0-9.-]{1,64})$/.exec(String(member.entity.reference ?? ''))?.[1]
    return id === undefined ? [] : [keyOf(id)]
  })
}
