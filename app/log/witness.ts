/**
 * A witness: somebody other than the operator who keeps the last state of the log they saw, takes no later one that does not continue
 * it, and says so with a signature. It needs an address and a folder, nothing of the platform.
 *
 * @spec RFC 9162 section 2.1.4
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Checkpoint, type CoSignature, isConsistent, isSignedBy, keyIdOf, readLogKey, witnessMessage } from '#packages/log-proof'
import { writePrivate } from '../demo/secrets.ts'

/** Where a witness sees the log: over the network, or, in the demo, beside it. */
export type LogSource = {
  newest(): Promise<{ checkpoint: Checkpoint; operatorKeyPem: string | null }>
  consistency(from: number, to: number): Promise<string[]>
  give(size: number, coSignature: CoSignature): Promise<void>
}

/** What a witness remembers. The operator's key is the one it met first, or was given. */
export type WitnessState = { checkpoint: Checkpoint | null; operatorKeyPem: string | null }

export type Alarm = 'not-signed' | 'shrunk' | 'split' | 'not-continued'
export type Seen = { signed: number } | { alarm: Alarm; had: Checkpoint | null; shown: Checkpoint }

/** Why a state must not follow the one before; null where it may. */
async function whyNotNext(had: Checkpoint | null, shown: Checkpoint, source: LogSource): Promise<Alarm | null> {
  if (had === null) return null
  if (shown.size < had.size) return 'shrunk'
  if (shown.size === had.size) return shown.root === had.root ? null : 'split'
  const path = (await source.consistency(had.size, shown.size)).map((hash) => Buffer.from(hash, 'base64'))
  const [first, second] = [had.root, shown.root].map((root) => Buffer.from(root, 'base64'))
  return isConsistent({ from: had.size, first: first!, to: shown.size, second: second!, path }) ? null : 'not-continued'
}

/**
 * Looks once. What is remembered is written before the signature is given, so that a witness which stops in between never signs two
 * states that do not agree.
 */
export async function look(about: {
  source: LogSource
  key: KeyObject
  state: WitnessState
  now: Date
  keep(state: WitnessState): Promise<void>
}): Promise<Seen> {
  const { source, key, state, now } = about
  const { checkpoint: shown, operatorKeyPem } = await source.newest()
  const pem = state.operatorKeyPem ?? operatorKeyPem
  const operator = pem === null ? null : readLogKey(pem)
  const had = state.checkpoint
  if (operator === null || !isSignedBy([operator], shown)) return { alarm: 'not-signed', had, shown }
  const alarm = await whyNotNext(had, shown, source)
  if (alarm !== null) return { alarm, had, shown }
  if (had?.size !== shown.size) await about.keep({ checkpoint: shown, operatorKeyPem: pem })
  const at = now.toISOString()
  const signature = sign(null, witnessMessage(shown, at), key).toString('base64')
  await source.give(shown.size, { keyId: keyIdOf(createPublicKey(key)), at, signature })
  return { signed: shown.size }
}

/** A witness's folder: its key, what it remembers, and the evidence of what it refused. */
export async function witnessFolder(folder: string) {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const keyFile = join(folder, 'witness-key.pem')
  const stateFile = join(folder, 'witness-state.json')
  const absent = (error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
  const pem = await readFile(keyFile, 'utf8').catch(absent)
  const key = pem === null ? generateKeyPairSync('ed25519').privateKey : createPrivateKey(pem)
  if (pem === null) await writePrivate(keyFile, key.export({ type: 'pkcs8', format: 'pem' }).toString())
  const publicKeyPem = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
  await writePrivate(join(folder, 'witness-key.pub.pem'), publicKeyPem)
  const known = await readFile(stateFile, 'utf8').catch(absent)
  return {
    key,
    publicKeyPem,
    state: known === null ? { checkpoint: null, operatorKeyPem: null } : (JSON.parse(known) as WitnessState),
    keep: (state: WitnessState) => writePrivate(stateFile, JSON.stringify(state)),
    /** @returns the file that holds both states, each signed by the operator: they cannot both be true */
    async evidence(alarm: Extract<Seen, { alarm: Alarm }>): Promise<string> {
      const file = join(folder, `alarm-${alarm.shown.size}-${alarm.alarm}.json`)
      await writePrivate(file, JSON.stringify(alarm, null, 1))
      return file
    },
  }
}
