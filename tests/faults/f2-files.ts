import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pause, until } from './platform.ts'
import { type Going, onDatabase, throughCuts } from './power-cuts.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import type { Party, Scene } from './scene.ts'

const CUTS = { quick: 2, full: 4 }
const SYSTEM = 'urn:enishi:fault-file'
const WRITERS = 3
const FILE_BYTES = 60_000
/** Lines of an import, each with an attachment of its own. */
const LINES = 800
const LINE_BYTES = 3_000
const END_MS = 120_000
/** What the leader makes once it leads. */
const LATE = 'audit-key.pem'

type Filed = { binary: string; document: string; sha256: string }
/** An export that somebody was told had ended: where, and how many lines each file has. */
type Exported = { status: string; files: { url: string; count: number }[] }
type Told = {
  filed: Map<string, Filed>
  sent: Set<string>
  /** Imports that were taken on: what their lines are called, and where their status stands. */
  imports: Map<string, string>
  exports: Map<string, Exported | null>
}

/**
 * F2b: power is cut while attachments are written: documents with their files in one transaction, imports from a file, exports into files.
 * File and row must agree. Its control says that files are on the disk when they are not.
 */
export async function f2Files(run: FaultRun): Promise<FaultResult> {
  const cuts = run.quick ? CUTS.quick : CUTS.full
  const real = await attempt(run, { name: 'F2b', cuts })
  const control = await attempt(run, { name: 'F2b control', cuts: 2, entry: join(run.root, 'tests/faults/unsynced-files.ts') })
  const bad = ({ lost, dup, torn, changed, import_lost, import_dup, exports_wrong }: Figures) =>
    lost + dup + torn + changed + import_lost + import_dup + exports_wrong
  return {
    line: lineOf('F2b', { cuts, ...real }),
    control: lineOf('F2b control', { wrong: bad(control) }),
    passed: bad(real) === 0 && real.attachments > 0 && real.import_lines > 0 && real.exports > 0 && bad(control) > 0,
    wrong: bad(control) === 0 ? ['files that never reached the disk were not missed: this test sees nothing'] : [],
  }
}

type Figures = Awaited<ReturnType<typeof settle>>

function attempt(run: FaultRun, { name, cuts, entry }: { name: string; cuts: number; entry?: string }): Promise<Figures> {
  const told: Told = { filed: new Map(), sent: new Set(), imports: new Map(), exports: new Map() }
  return throughCuts(run, {
    ...{ name, cuts, waitMs: 1_500, ...(entry === undefined ? {} : { entry }) },
    // What the first start writes, also behind its first answer, is on the disk in both: this is about what is written afterwards.
    first: async ({ platform }) => {
      if (!(await until(() => existsSync(join(platform.home, LATE)), END_MS)))
        throw new Error(`the platform makes no ${LATE}:\n${platform.said()}`)
      execFileSync('sync', ['-f', platform.home])
    },
    begin: (scene, n) => begin(scene, told, n),
    end: (scene) => settle(scene, told),
  })
}

async function begin(scene: Scene, told: Told, n: number): Promise<Going> {
  const state = { stopping: false }
  const filed = new Map<string, Filed>()
  const imports = new Map<string, string>()
  const exports = new Map<string, Exported | null>()
  const again = async (work: (turn: number) => Promise<void>) => {
    for (let turn = 0; !state.stopping; turn++) await work(turn).catch(() => pause(50))
  }
  const file = async (w: number, turn: number) => {
    const [value, party] = [`${n}-${w}-${turn}`, scene.parties[w % scene.parties.length]!]
    told.sent.add(value)
    const made = await fileOne(party, value)
    if (made) filed.set(value, made)
  }
  const party = scene.parties[0]!
  const going = [
    ...Array.from({ length: WRITERS }, (_, w) => again((turn) => file(w, turn))),
    again(async (turn) => {
      const status = await importSome(party, `${n}-${turn}`)
      if (status) imports.set(`${n}-${turn}`, status)
      await pause(400)
    }),
    again(async () => exportAll(party, exports)),
  ]
  return {
    enough: () => filed.size > 10 && imports.size > 0 && exports.size > 0,
    frozen() {
      for (const [value, one] of filed) told.filed.set(value, one)
      for (const [name, status] of imports) told.imports.set(name, status)
      for (const [status, one] of exports) told.exports.set(status, one)
    },
    async stop() {
      state.stopping = true
      await Promise.all(going)
    },
  }
}

/** A document and its file, which refer to each other, in one transaction. @returns what was acknowledged */
async function fileOne({ hospital, patient }: Party, value: string): Promise<Filed | null> {
  const bytes = randomBytes(FILE_BYTES)
  const about = { reference: `Patient/${patient}` }
  const binary = { resourceType: 'Binary', contentType: 'application/octet-stream', securityContext: about, data: bytes.toString('base64') }
  const document = {
    resourceType: 'DocumentReference',
    status: 'current',
    identifier: [{ system: SYSTEM, value }],
    subject: about,
    content: [
      { attachment: { contentType: 'application/octet-stream', url: 'urn:uuid:6a1d1f6e-6a32-4a55-9d0c-3f1b7b1f5a01', size: FILE_BYTES } },
    ],
  }
  const entry = [
    { fullUrl: 'urn:uuid:6a1d1f6e-6a32-4a55-9d0c-3f1b7b1f5a01', resource: binary, request: { method: 'POST', url: 'Binary' } },
    { fullUrl: 'urn:uuid:6a1d1f6e-6a32-4a55-9d0c-3f1b7b1f5a02', resource: document, request: { method: 'POST', url: 'DocumentReference' } },
  ]
  const answer = await hospital.ask('', { method: 'POST', body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }) })
  if (answer.status >= 400 && answer.status < 500)
    throw new Error(`a file was refused: ${answer.status} ${(await answer.text()).slice(0, 300)}`)
  if (answer.status !== 200) return null
  const { entry: replies } = (await answer.json()) as { entry: { response: { location: string } }[] }
  const [first, second] = replies.map(({ response }) => /([A-Za-z]+\/[^/]+)\/_history/.exec(response.location)?.[1])
  return first && second ? { binary: first, document: second, sha256: sha256(bytes) } : null
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** @returns where its status stands, once it was taken on */
async function importSome({ hospital, patient }: Party, name: string): Promise<string | null> {
  const line = (at: number) => ({
    resourceType: 'DocumentReference',
    status: 'current',
    identifier: [{ system: `${SYSTEM}-import`, value: `${name}/${at}` }],
    subject: { reference: `Patient/${patient}` },
    content: [{ attachment: { contentType: 'application/octet-stream', data: randomBytes(LINE_BYTES).toString('base64') } }],
  })
  const body = Array.from({ length: LINES }, (_, at) => `${JSON.stringify(line(at))}\n`).join('')
  const answer = await hospital.ask('$import', { method: 'POST', body, headers: { 'content-type': 'application/fhir+ndjson' } })
  return answer.status === 202 ? answer.headers.get('content-location') : null
}

/** Starts an export and waits for its end. */
async function exportAll({ hospital }: Party, exports: Map<string, Exported | null>): Promise<void> {
  const headers = { prefer: 'respond-async', accept: 'application/fhir+json' }
  const answer = await hospital.ask('$export?_type=Binary,DocumentReference', { headers })
  const status = answer.headers.get('content-location')
  if (answer.status !== 202 || status === null) return pause(1_000)
  exports.set(status, null)
  for (let tries = 0; tries < 20; tries++) {
    await pause(700)
    const manifest = await manifestOf(hospital, status)
    if (manifest !== 'running') return void (manifest && exports.set(status, manifest))
  }
}

async function manifestOf(hospital: Party['hospital'], status: string): Promise<Exported | 'running' | null> {
  const answer = await hospital.ask(status, { headers: { accept: 'application/json' } })
  if (answer.status === 202 || answer.status === 429) return 'running'
  if (answer.status !== 200) return null
  const { output } = (await answer.json()) as { output: { url: string; count: number }[] }
  return { status, files: output.map(({ url, count }) => ({ url, count })) }
}

async function settle(scene: Scene, told: Told) {
  const figures = { attachments: told.filed.size, ...(await filesThere(scene, told)) }
  const ended = await importsThere(scene, told)
  return { ...figures, ...ended, ...(await exportsThere(scene, told)) }
}

type Row = { value: string; document: string; binary: string | null; data: string | null }

/** Each document with its file, byte for byte; neither without the other. */
async function filesThere({ platform }: Scene, { filed, sent }: Told) {
  return onDatabase(platform, async (client) => {
    const { rows } = await client.query<Row>(
      `select d.body::jsonb #>> '{identifier,0,value}' as value, 'DocumentReference/' || d.id as document, b.id as binary, b.body::jsonb ->> 'data' as data
         from record.resource d left join record.resource b on b.key = d.key and b.type = 'Binary' and not b.deleted
           and d.body::jsonb #>> '{content,0,attachment,url}' like '%Binary/' || b.id
        where d.type = 'DocumentReference' and d.body::jsonb #>> '{identifier,0,system}' = $1 and not d.deleted`,
      [SYSTEM],
    )
    const { rows: alone } = await client.query<{ n: number }>(
      `select count(*)::int as n from record.resource b where b.type = 'Binary' and not b.deleted and not exists
        (select 1 from record.resource d where d.key = b.key and d.type = 'DocumentReference'
          and d.body::jsonb #>> '{content,0,attachment,url}' like '%Binary/' || b.id)`,
    )
    const of = Map.groupBy(rows, (row) => row.value)
    const right = ([value, one]: [string, Filed]) => of.get(value)?.some((row) => row.document === one.document)
    const kept = [...filed].filter(right)
    const isWhole = ([value, one]: [string, Filed]) => sha256(Buffer.from(of.get(value)?.[0]?.data ?? '', 'base64')) === one.sha256
    return {
      lost: filed.size - kept.length,
      torn: rows.filter((row) => row.binary === null).length + alone[0]!.n,
      changed: kept.filter((one) => !isWhole(one)).length,
      dup: [...sent].filter((value) => (of.get(value)?.length ?? 0) > 1).length,
    }
  })
}

/** Whatever was taken on ends by itself, with every line there once. */
async function importsThere({ platform, parties, run }: Scene, { imports }: Told) {
  const { hospital } = parties[0]!
  for (const [name, status] of imports) {
    if ((await endOf(hospital, status)) === 'running') run.tell(`the import ${name} does not end`)
  }
  return onDatabase(platform, async (client) => {
    const { rows } = await client.query<{ name: string; lines: number; different: number }>(
      `select split_part(value, '/', 1) as name, count(*)::int as lines, count(distinct value)::int as different
         from (select body::jsonb #>> '{identifier,0,value}' as value from record.resource
           where type = 'DocumentReference' and body::jsonb #>> '{identifier,0,system}' = $1 and not deleted) all_of group by 1`,
      [`${SYSTEM}-import`],
    )
    const found = new Map(rows.map((row) => [row.name, row]))
    for (const [name, status] of imports) {
      const lines = found.get(name)?.different ?? 0
      if (lines === LINES) continue
      const answer = await hospital.ask(status, { headers: { accept: 'application/json' } })
      run.tell(`of the import ${name} ${lines} lines are there; it says ${answer.status} ${(await answer.text()).slice(0, 500)}`)
    }
    return {
      import_lines: imports.size * LINES,
      import_lost: [...imports.keys()].reduce((sum, name) => sum + LINES - (found.get(name)?.different ?? 0), 0),
      import_dup: rows.reduce((sum, row) => sum + row.lines - row.different, 0),
    }
  })
}

/** Whatever was begun ends by itself; each file has the lines that were told, each of them whole. */
async function exportsThere({ parties, run }: Scene, { exports }: Told) {
  const { hospital } = parties[0]!
  let wrong = 0
  for (const [status, known] of exports) {
    const now = await endOf(hospital, status)
    if (now === null || now === 'running' || (known && JSON.stringify(known.files) !== JSON.stringify(now.files))) {
      run.tell(`the export ${status} is not what was told: ${JSON.stringify(now)}, not ${JSON.stringify(known)}`)
      wrong++
      continue
    }
    for (const { url, count } of now.files) if (!(await isWholeFile(hospital, url, count))) wrong++
  }
  return { exports: exports.size, exports_wrong: wrong }
}

async function endOf(hospital: Party['hospital'], status: string): Promise<Exported | 'running' | null> {
  for (const end = performance.now() + END_MS; ; await pause(1_000)) {
    const manifest = await manifestOf(hospital, status).catch(() => 'running' as const)
    if (manifest !== 'running' || performance.now() > end) return manifest
  }
}

async function isWholeFile(hospital: Party['hospital'], url: string, count: number): Promise<boolean> {
  try {
    const answer = await hospital.ask(url, { headers: { accept: 'application/fhir+ndjson' }, timeoutMs: 60_000 })
    const lines = (await answer.text()).split('\n').filter(Boolean)
    return answer.status === 200 && lines.length === count && lines.every((line) => JSON.parse(line) !== null)
  } catch {
    return false
  }
}
