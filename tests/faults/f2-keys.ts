import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { importJWK, type JWK, SignJWT } from 'jose'
import { openDatabase } from '#kernel/database'
import { rotateKey } from '#kernel/key-ring'
import { ulid } from '#kernel/id'
import { sealer } from '#kernel/sealed'
import { openRingOf } from '../../app/secret-keys.ts'
import { pause } from './platform.ts'
import { commitsWithoutDisk, type Going, onDatabase, throughCuts } from './power-cuts.ts'
import { type FaultResult, type FaultRun, lineOf } from './result.ts'
import type { Scene } from './scene.ts'
import { settleTraffic, startTraffic } from './traffic.ts'

const CUTS = { quick: 2, full: 4 }
const WRITERS = 4

type Told = {
  acked: Map<string, string>
  sent: Set<string>
  /** Keys that sign tokens, by their name, once whoever rotates was told that they are there. */
  keys: Set<string>
  /** Keys that seal secrets in the database, from the moment their file was said to be written. */
  seals: Set<string>
  /** Access tokens that the platform issued before the cut. */
  tokens: string[]
}
type Tokens = { tokens: number; tokens_refused: number; unreadable: number }

/** F2c: power is cut while keys are rotated: of tokens, in the database, and of secrets, in a file. Its control answers before it is written. */
export async function f2Keys(run: FaultRun): Promise<FaultResult> {
  const cuts = run.quick ? CUTS.quick : CUTS.full
  const real = await attempt(run, { name: 'F2c', cuts })
  const control = await attempt(run, { name: 'F2c control', cuts: 2, first: (scene) => commitsWithoutDisk(scene.platform) })
  const bad = ({ lost, dup, keys_lost, seals_lost, unreadable, tokens_refused }: Figures) =>
    lost + dup + keys_lost + seals_lost + unreadable + tokens_refused
  return {
    line: lineOf('F2c', { cuts, ...real }),
    control: lineOf('F2c control', { keys_lost: control.keys_lost }),
    passed: bad(real) === 0 && real.keys > 0 && real.seals > 0 && real.tokens > 0 && control.keys_lost > 0,
    wrong: control.keys_lost === 0 ? ['keys that were acknowledged too early were not missed: this test sees nothing'] : [],
  }
}

type Figures = Awaited<ReturnType<typeof settle>>

function attempt(run: FaultRun, about: { name: string; cuts: number; first?: (scene: Scene) => Promise<void> }): Promise<Figures> {
  const told: Told = { acked: new Map(), sent: new Set(), keys: new Set(), seals: new Set(), tokens: [] }
  const tokens: Tokens = { tokens: 0, tokens_refused: 0, unreadable: 0 }
  return throughCuts(run, {
    ...about,
    waitMs: 1_500,
    begin: (scene) => begin(scene, told),
    back: async (scene) => {
      tokens.unreadable += await unreadable(scene)
      for (const token of [...told.tokens, await tokenOfNewest(scene)]) {
        tokens.tokens++
        if (!(await isTaken(scene, token))) tokens.tokens_refused++
      }
    },
    end: (scene) => settle(scene, told, tokens),
  })
}

async function begin(scene: Scene, told: Told): Promise<Going> {
  const { platform, parties } = scene
  const traffic = startTraffic(scene, { writers: WRITERS, readers: 1 })
  const db = openDatabase({ url: platform.databaseUrl(), poolSize: 1, applicationName: 'f2c' })
  const state = { stopping: false }
  const [keys, seals] = [new Set<string>(), new Set<string>()]
  const again = async (everyMs: number, work: () => Promise<void>) => {
    while (!state.stopping) {
      await work().catch(() => undefined)
      await pause(everyMs)
    }
  }
  const sealing = followSeals(scene.run.root, platform.home, seals)
  const going = [
    again(40, async () => {
      await openRingOf(platform.home)
      keys.add(await rotateKey(db, new Date(), 'access-token'))
    }),
  ]
  told.tokens = await Promise.all(parties.map(({ hospital }) => hospital.token()))
  return {
    pids: () => [sealing.pid ?? 0],
    enough: () => traffic.acked.size > 10 && keys.size > 5 && seals.size > 2,
    frozen() {
      for (const [value, id] of traffic.acked) told.acked.set(value, id)
      for (const kid of keys) told.keys.add(kid)
      for (const id of seals) told.seals.add(id)
    },
    async stop() {
      state.stopping = true
      sealing.kill('SIGKILL')
      await Promise.all([traffic.stop(), ...going])
      for (const value of traffic.sent) told.sent.add(value)
      await db.destroy().catch(() => undefined)
    },
  }
}

type SealFile = { keys: { id: string; key: string }[] }
const sealFile = (home: string) => join(home, 'secret-keys.json')
const readSeals = async (home: string) => JSON.parse(await readFile(sealFile(home), 'utf8')) as SealFile

/** Lets somebody with a process of their own, which loses its power with the platform's, put one key after another in front of the file. */
function followSeals(root: string, home: string, seals: Set<string>): ChildProcess {
  const child = spawn(process.execPath, [join(root, 'tests/faults/follow-seals.ts'), sealFile(home)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  createInterface(child.stdout!).on('line', (id) => seals.add(id))
  return child
}

/** Secrets that no key of the file opens, or that still stand under a key that was followed. */
async function unreadable({ platform }: Scene): Promise<number> {
  const [newest] = (await readSeals(platform.home)).keys
  return onDatabase(platform, async (client) => {
    const { rows } = await client.query<{ totp_secret: string }>("select totp_secret from person.staff where totp_secret <> ''")
    return rows.filter((row) => !row.totp_secret.startsWith(`s1.${newest!.id}.`)).length
  })
}

/** A token signed by the key that was added last, as the platform will sign once every process knows it. */
async function tokenOfNewest({ platform }: Scene): Promise<string> {
  const { rows } = await onDatabase(platform, (client) =>
    client.query<{ kid: string; jwk: JWK | { sealed: string } }>(
      "select kid, jwk from kernel.key_ring where purpose = 'access-token' order by made_at desc, kid desc limit 1",
    ),
  )
  const [{ kid, jwk: stored }] = rows as [(typeof rows)[number]]
  const seals = sealer((await readSeals(platform.home)).keys.map(({ id, key }) => ({ id, key: Buffer.from(key, 'base64url') })))
  const jwk = 'sealed' in stored ? (JSON.parse(seals.open(String(stored.sealed), `key-ring:access-token:${kid}`) ?? '{}') as JWK) : stored
  const [facility] = platform.demo().facilities
  return new SignJWT({ scope: facility!.scope, client_id: facility!.clientId })
    .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' })
    .setSubject(facility!.clientId)
    .setAudience('enishi')
    .setJti(ulid())
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(await importJWK(jwk, 'ES256'))
}

async function isTaken({ platform }: Scene, token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${platform.demo().fhirBase}/Patient?_count=1`, { headers })).status === 200
}

async function settle(scene: Scene, told: Told, tokens: Tokens) {
  const { platform } = scene
  const { acked, lost, dup } = await settleTraffic(scene, told)
  const kids = await onDatabase(platform, async (client) => (await client.query<{ kid: string }>('select kid from kernel.key_ring')).rows)
  const there = new Set(kids.map(({ kid }) => kid))
  const ids = new Set((await readSeals(platform.home)).keys.map(({ id }) => id))
  return {
    ...{ acked, lost, dup },
    keys: told.keys.size,
    keys_lost: [...told.keys].filter((kid) => !there.has(kid)).length,
    seals: told.seals.size,
    seals_lost: [...told.seals].filter((id) => !ids.has(id)).length,
    ...tokens,
  }
}
