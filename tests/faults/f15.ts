import { killOnce, type Kill } from './kills.ts'
import { isLinearizable, type Operation, type Read, register, type Said, type Swap } from './linearizable.ts'
import { conditionalCreates } from './conditional-creates.ts'
import { pause } from './platform.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { onPlatform, type Scene } from './scene.ts'
import { observation } from './traffic.ts'

const CLIENTS = 8
const REGISTERS = 5

type Op = Operation<Read | Swap, Said>
type Register = { id: string; history: Op[]; start: { version: number; value: number } }

/** F15: reads and If-Match writes of a few resources while processes are killed; the control reads through a cache. */
export async function f15(run: FaultRun): Promise<FaultResult> {
  const kills: readonly Kill[] = run.quick
    ? ['web-worker', 'postmaster']
    : [
        'web-worker',
        'all-web-workers',
        'postmaster',
        'backend',
        'primary',
        'web-worker',
        'postmaster',
        'all-web-workers',
        'backend',
        'postmaster',
      ]
  const rounds = run.quick ? { rounds: 1, at: 200 } : { rounds: 3, at: 1_600 }
  const real = await onPlatform(run, { name: 'f15' }, async (scene) => ({
    ...(await conditionalCreates(scene, rounds)),
    ...(await histories(scene, { kills, stale: 0, forMs: run.quick ? 2_000 : 10_000 })),
  }))
  const control = await onPlatform(run, { name: 'f15-control' }, (scene) => histories(scene, { kills: [], stale: 0.05, forMs: 3_000 }))
  const bad = real.anomalies + real.duplicates + real.wrong.length
  return {
    line: lineOf('F15', {
      ops: real.ops,
      kills: real.kills,
      ambiguous: real.ambiguous,
      anomalies: real.anomalies,
      conditional_creates: real.creates,
      rounds: real.rounds,
      resources: real.resources,
      duplicates: real.duplicates,
    }),
    control: lineOf('F15 control', { anomalies: control.anomalies }),
    passed: bad === 0 && real.ops > 0 && real.resources === real.rounds && control.anomalies > 0,
    wrong: [...real.wrong, ...(control.anomalies === 0 ? ['the control read old versions and nobody noticed'] : [])],
  }
}

type State = { stopping: boolean; acknowledged: number; inFlight: number; value: number; wrong: string[] }

async function histories(scene: Scene, about: { kills: readonly Kill[]; stale: number; forMs: number }) {
  const { run, platform, random } = scene
  const party = scene.parties[0]!
  const registers = await Promise.all(Array.from({ length: REGISTERS }, (_, n) => newRegister(scene, n)))
  const state: State = { stopping: false, acknowledged: 0, inFlight: 0, value: 1, wrong: [] }
  const clients = Array.from({ length: CLIENTS }, (_, n) =>
    client({ scene, hospital: party.hospital, patient: party.patient, registers, state, stale: about.stale, n }),
  )
  const wrote = { sent: new Map(), refused: [], acknowledged: () => state.acknowledged, inFlight: () => state.inFlight }
  try {
    for (const kill of about.kills) {
      run.stopping.throwIfAborted()
      const { inFlight, backMs } = await killOnce(kill, { platform, wrote, random, pauseMs: 400 })
      run.tell(`killed ${kill} with ${inFlight} requests under way; acknowledged again after ${Math.round(backMs)} ms`)
    }
    await pause(about.forMs)
  } finally {
    state.stopping = true
    await Promise.all(clients)
  }
  const all = registers.flatMap((r) => r.history)
  const anomalies = registers.filter((r) => !isLinearizable(register(r.start), r.history)).length
  return {
    ops: all.length,
    kills: about.kills.length,
    ambiguous: all.filter((o) => o.input.kind === 'swap' && o.output === undefined).length,
    anomalies,
    wrong: state.wrong.slice(0, 5),
  }
}

async function newRegister({ parties, random }: Scene, n: number): Promise<Register> {
  const { hospital, patient } = parties[0]!
  const body = JSON.stringify(observation(patient, `register-${random.whole(0, 1e9)}-${n}`, 0))
  const response = await hospital.ask('Observation', { method: 'POST', body })
  const made = (await response.json()) as { id: string; meta: { versionId: string } }
  return { id: made.id, history: [], start: { version: Number(made.meta.versionId), value: 0 } }
}

type About = {
  scene: Scene
  hospital: Scene['parties'][number]['hospital']
  patient: string
  registers: Register[]
  state: State
  stale: number
  n: number
}

async function client(about: About): Promise<void> {
  const { registers, state, scene } = about
  const random = scene.random.fork(`client-${about.n}`)
  const known = new Map<string, number>()
  /** What the control answers reads from. */
  const cache = new Map<string, Said>()
  while (!state.stopping) {
    const one = random.pick(registers)
    const from = performance.now()
    const version = known.get(one.id)
    if (version === undefined || random.chance(0.4)) {
      const old = random.chance(about.stale) ? cache.get(one.id) : undefined
      const said = old ?? (await read(about, one))
      if (said === undefined) continue
      one.history.push({ from, to: performance.now(), input: { kind: 'read' }, output: said })
      if (!cache.has(one.id)) cache.set(one.id, said)
      if (typeof said === 'object') known.set(one.id, said.version)
      if (old !== undefined) await pause(1)
      continue
    }
    const input: Swap = { kind: 'swap', expected: version, value: state.value++ }
    state.inFlight++
    const said = await swap(about, one, input).finally(() => state.inFlight--)
    one.history.push({ from, to: said === undefined ? Number.POSITIVE_INFINITY : performance.now(), input, output: said })
    if (typeof said === 'object') {
      state.acknowledged++
      known.set(one.id, said.version)
    } else {
      known.delete(one.id)
      if (said === undefined) await pause(50)
    }
  }
}

async function read({ hospital, state }: About, one: Register): Promise<Said | undefined> {
  try {
    const response = await hospital.ask(`Observation/${one.id}`)
    const text = await response.text()
    if (response.status >= 500) return void (await pause(50))
    if (response.status !== 200) return void state.wrong.push(`a read was answered ${response.status}`)
    const body = JSON.parse(text) as { meta: { versionId: string }; valueQuantity: { value: number } }
    if (response.headers.get('etag') !== `W/"${body.meta.versionId}"`) state.wrong.push('ETag and versionId disagree')
    return { version: Number(body.meta.versionId), value: body.valueQuantity.value }
  } catch {
    return void (await pause(50))
  }
}

/** @returns undefined where nobody can tell whether it happened */
async function swap({ hospital, patient, state }: About, one: Register, { expected, value }: Swap): Promise<Said | undefined> {
  try {
    const body = JSON.stringify({ ...observation(patient, `register-of-${one.id}`, value), id: one.id })
    const response = await hospital.ask(`Observation/${one.id}`, { method: 'PUT', body, headers: { 'if-match': `W/"${expected}"` } })
    await response.text()
    if (response.status === 412) return 'refused'
    if (response.status === 200) return { version: Number(/"(\d+)"/.exec(response.headers.get('etag') ?? '')?.[1]) }
    if (response.status < 500) state.wrong.push(`an update was answered ${response.status}`)
    return undefined
  } catch {
    return undefined
  }
}
