/** The background work of the search: new parameters are announced, everything stored is indexed for them, then they may be searched. */
import { type Db, transact } from '#kernel/database'
import type { JobContext, JobRow } from '#kernel/route'
import { compileParameter, isObject, isResourceType, type Json, type Resource, searchParametersFor } from '#packages/fhir'
import { indexRows } from '../index-rows.ts'
import { customRows, FRESH_MS, forgetFreshness, freshen } from './custom.ts'
import * as store from './custom-store.ts'
import { dropIndex, insertIndex, insertValues } from './index-store.ts'
import { sortDateOf } from './sort-date.ts'

const MAX_PARAMETERS = 500
const BATCH = 200
/** Longer expressions are refused before anything reads them. */
const MAX_EXPRESSION = 2_000
/** One run lets other jobs have their turn after this long. */
const RUN_MS = 4_000
/** Every process has heard of a parameter after this long, and what it wrote before has been committed. */
const SETTLE_MS = 3 * FRESH_MS

const CODE = /^[A-Za-z][A-Za-z0-9-]{0,63}$/
const kinds: readonly string[] = ['string', 'token', 'reference', 'date', 'number', 'quantity', 'uri', 'composite']

/** What a SearchParameter asks to be indexed; null where it is not in use. */
export function readDefinition(id: string, version: number, body: string): store.StoredParameter | null {
  const read = JSON.parse(body) as Json
  if (!isObject(read) || read.status !== 'active') return null
  const text = (value: Json | undefined) => (typeof value === 'string' ? value : '')
  const types = Array.isArray(read.base) ? read.base.filter((t): t is string => typeof t === 'string') : []
  const stated = {
    id,
    version,
    code: text(read.code),
    types,
    kind: text(read.type) as store.StoredParameter['kind'],
    expression: text(read.expression),
    components: Array.isArray(read.component) ? read.component.map((c) => (isObject(c) ? text(c.expression) : '')) : [],
  }
  const reason = whyNotIndex(stated)
  return { ...stated, state: reason === '' ? 'announced' : 'refused', reason }
}

type Stated = Pick<store.StoredParameter, 'code' | 'types' | 'kind' | 'expression' | 'components'>

/** Why a parameter cannot be indexed; empty where it can. */
function whyNotIndex({ code, types, kind, expression, components }: Stated): string {
  if (!CODE.test(code)) return 'code'
  if (!kinds.includes(kind)) return `type ${kind.slice(0, 40)}`
  if (types.length === 0 || types.length > 50 || !types.every(isResourceType)) return 'base'
  const known = types.find((type) => searchParametersFor(type).some((p) => p.code === code))
  if (known !== undefined) return `${known}.${code} is built in`
  if ([expression, ...components].some((e) => e.length > MAX_EXPRESSION)) return `expression: more than ${MAX_EXPRESSION} characters`
  try {
    for (const type of types) compileParameter({ type, code, kind, expression, components })
    return ''
  } catch (error) {
    if (error instanceof SyntaxError) return `expression: ${error.message.slice(0, 200)}`
    throw error
  }
}

/** Brings the parameters in line with the SearchParameter resources as they stand. */
async function announce(db: Db, now: Date): Promise<void> {
  const known = new Map((await store.findParameters(db)).map((p) => [p.id, p]))
  const wanted = (await store.findDefinitions(db, MAX_PARAMETERS)).flatMap((d) => readDefinition(d.id, d.version, d.body) ?? [])
  const taken = new Set<string>()
  for (const stated of wanted) {
    const parameter = firstOf(stated, taken)
    const old = known.get(parameter.id)
    known.delete(parameter.id)
    if (old?.version === parameter.version && (old.state === 'refused') === (parameter.state === 'refused')) continue
    await transact(db, async (trx) => {
      if (old) await store.dropValues(trx, old)
      await store.saveParameter(trx, parameter, now)
      if (parameter.state === 'announced')
        await store.announceReindex(trx, { key: parameter.id, task: 'parameter', types: parameter.types }, now)
    })
    forgetFreshness()
  }
  for (const gone of known.values()) {
    await transact(db, (trx) => store.removeParameter(trx, gone))
    forgetFreshness()
  }
}

/** The parameter, refused where an earlier one has its name for one of its types. */
function firstOf(parameter: store.StoredParameter, taken: Set<string>): store.StoredParameter {
  if (parameter.state === 'refused') return parameter
  const names = parameter.types.map((type) => `${type}.${parameter.code}`)
  const twice = names.find((name) => taken.has(name))
  if (twice !== undefined) return { ...parameter, state: 'refused', reason: `${twice} is defined twice` }
  for (const name of names) taken.add(name)
  return parameter
}

const BUILT_IN = 'built-in'

/** One batch of a walk. @returns whether there is more of it */
async function walk(db: Db, which: store.Reindex, now: Date): Promise<boolean> {
  return transact(db, async (trx) => {
    const held = await store.holdReindex(trx, which)
    if (!held) return false
    const rows = await store.nextBatch(trx, held, BATCH)
    if (rows.length > 0) await indexBatch(trx, held, rows)
    await store.saveProgress(trx, held, rows.at(-1), { walked: rows.length, at: now })
    if (rows.length === 0) {
      const parameter = (await store.findParameters(trx)).find((p) => p.id === held.key)
      if (parameter) await store.activate(trx, parameter.id, parameter.version, now)
      forgetFreshness()
    }
    return rows.length > 0
  })
}

function indexBatch(db: Db, { task, key }: store.Reindex, rows: readonly store.Walked[]): Promise<void> {
  if (task === BUILT_IN) return indexAll(db, rows)
  return task === store.SORT_DATES ? fillDates(db, rows) : indexParameter(db, rows, key)
}

const fillDates = (db: Db, rows: readonly store.Walked[]): Promise<void> =>
  store.fillDates(
    db,
    rows.flatMap(({ key, type, id }) => {
      const param = sortDateOf(type)
      return param === null ? [] : [{ key, type, id, param }]
    }),
  )

/** Index rows of everything that R4 defines, made anew from the stored text. */
async function indexAll(db: Db, rows: readonly store.Walked[]): Promise<void> {
  const made = rows.map((row) => {
    const own = row.kind === 'shared' || (row.type === 'Patient' && row.source === '')
    return { ...row, index: indexRows(JSON.parse(row.body) as Resource, own ? null : row.key) }
  })
  await store.replaceEntries(
    db,
    made.map(({ key, type, id, index }) => ({ key, type, id, tokens: index.tokens, refs: index.refs, sortAt: index.sortAt })),
  )
  await dropIndex(db, rows)
  await insertIndex(db, made)
}

/** Index rows of one parameter; the ones written since it was announced are there already and stay. */
async function indexParameter(db: Db, rows: readonly store.Walked[], id: string): Promise<void> {
  await freshen(db)
  const parameter = (await store.findParameters(db)).find((p) => p.id === id)
  if (!parameter) return
  const codes = new Set([parameter.code])
  const made = rows.map(({ key, type, id: of, body }) => ({ key, type, id: of, index: customRows(JSON.parse(body) as Resource, codes) }))
  await insertValues(db, made, store.CUSTOM_FROM)
}

/** One run of the job: as many batches as fit into its time. A walk that fails says so in its row and holds up no other. */
export async function runReindex({ db, now }: Pick<JobContext, 'db' | 'now'>, settleMs = SETTLE_MS): Promise<void> {
  await announce(db, now)
  const started = performance.now()
  const failures: unknown[] = []
  for (const task of await store.findReindexes(db)) {
    if (task.state === 'done' || now.getTime() - task.started_at.getTime() < settleMs) continue
    try {
      if (task.state === 'waiting') await store.startReindex(db, task)
      while (performance.now() - started < RUN_MS) if (!(await walk(db, task, now))) break
    } catch (error) {
      failures.push(error)
      await store.noteFailure(db, task, error instanceof Error ? error.name : 'fault')
    }
  }
  if (failures.length > 0) throw failures[0]
}

/** The job of the search, for the leader. */
export const searchJobs = (): JobRow[] => [
  {
    kind: 'job',
    name: 'record.reindex',
    everyMs: 2_000,
    law: 'HL7 FHIR R4 SearchParameter',
    summary: {
      ja: '追加された検索条件のために、保存済みの記録を索引に載せる',
      en: 'Index what is stored for search parameters that were added',
    },
    run: (job) => runReindex(job),
  },
]
