import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flipBackup } from './backup-flips.ts'
import { type Bad, badInputs, mutated } from './bad-input.ts'
import { flipPages } from './page-flips.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import { onPlatform, type Scene } from './scene.ts'
import { sendBad, type Taken } from './send-bad.ts'

/** F10: bad input over HTTP, flipped bits in pages and in a backup. The control reads the same pages with checksums ignored. */
export async function f10(run: FaultRun): Promise<FaultResult> {
  const home = await mkdtemp(join(tmpdir(), 'enishi-faults-'))
  try {
    const { inputs, backup, random } = await onPlatform(run, { name: 'f10', home }, async (scene) => ({
      inputs: await feed(scene),
      backup: await flipBackup({
        url: scene.platform.databaseUrl(),
        home,
        random: scene.random.fork('backup'),
        flips: run.quick ? 40 : 1_000,
      }),
      random: scene.random.fork('pages'),
    }))
    run.tell(`${backup.flips} bits of the backup flipped, ${backup.undetected} unnoticed`)
    const pages = await flipPages({ root: run.root, home, random, flips: run.quick ? 40 : 400 })
    run.tell(`${pages.flips} pages flipped, ${pages.undetected} unnoticed; ${pages.ignored} with checksums ignored`)
    const bad = inputs.unhandled.length + backup.undetected + pages.undetected + inputs.exits
    return {
      line: lineOf('F10', {
        inputs: inputs.count,
        refused: inputs.refused,
        accepted: inputs.accepted,
        unhandled: inputs.unhandled.length,
        exits: inputs.exits,
        flips: backup.flips + pages.flips,
        undetected: backup.undetected + pages.undetected,
      }),
      control: lineOf('F10 control', { undetected: pages.ignored }),
      passed: bad === 0 && pages.ignored > 0 && pages.flips > 0,
      wrong: [
        ...inputs.unhandled,
        ...backup.missed,
        ...pages.missed,
        ...(pages.ignored === 0 ? ['ignoring checksums hid nothing: this test cannot see an unnoticed flip'] : []),
      ],
    }
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function feed(scene: Scene) {
  const { platform, parties, run, random } = scene
  const { hospital, patient } = parties[0]!
  const processes = () => [platform.primaryPid(), ...platform.pidsOf('web')].join(' ')
  const before = processes()
  const drawn = random.fork('mutations')
  const all: Bad[] = [...badInputs(patient), ...Array.from({ length: run.quick ? 100 : 3_000 }, (_, n) => mutated(drawn, patient, n))]
  const taken: { name: string; how: Taken }[] = []
  for (const bad of all) {
    run.stopping.throwIfAborted()
    const from = performance.now()
    const how = await sendBad(bad, { baseUrl: platform.baseUrl, token: await hospital.token() })
    const seconds = (performance.now() - from) / 1000
    taken.push({ name: bad.name, how })
    if (seconds > 3) run.tell(`${bad.name}: ${typeof how === 'string' ? how : how.unhandled} after ${seconds.toFixed(1)} s`)
    // Whatever came, the next one is served.
    const health = await fetch(`${platform.baseUrl}/health`).then(
      (r) => r.status,
      () => 0,
    )
    if (health !== 200) taken.push({ name: `health after ${bad.name}`, how: { unhandled: `${health}` } })
  }
  return {
    count: all.length,
    refused: taken.filter(({ how }) => how === 'refused' || how === 'closed').length,
    accepted: taken.filter(({ how }) => how === 'accepted').length,
    unhandled: taken.flatMap(({ name, how }) => (typeof how === 'string' ? [] : [`${name}: ${how.unhandled}`])),
    exits: processes() === before ? 0 : 1,
  }
}
