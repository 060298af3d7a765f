/** A witness signs what continues the log it saw, and nothing else. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkpointOf, consistencyProof, coSignaturesOf, keepCoSignature, newestCheckpoint } from '#kernel/log-proof'
import { type Checkpoint, checkpointMessage, witnessesOf } from '#packages/log-proof'
import { type Log, logKey, openLog } from './log.fixture.ts'
import { type LogSource, look, type WitnessState, witnessFolder } from './witness.ts'

let log: Log
let source: LogSource
const witness = logKey()
let state: WitnessState

beforeAll(async () => {
  log = await openLog()
  await log.grow(5)
  source = {
    newest: async () => ({ checkpoint: (await newestCheckpoint(log.db))!, operatorKeyPem: log.operator.pem }),
    consistency: (from, to) => consistencyProof(log.db, from, to),
    give: (size, coSignature) => keepCoSignature(log.db, size, coSignature),
  }
}, 60_000)
afterAll(() => log.close())
beforeEach(() => {
  state = { checkpoint: null, operatorKeyPem: null }
})

const see = (changed: Partial<LogSource> = {}) =>
  look({
    source: { ...source, ...changed },
    key: witness.privateKey,
    state,
    now: log.now(),
    keep: async (next) => {
      state = next
    },
  })

/** A state that the operator signed, whatever the log says. */
function signed(size: number, root: Buffer): Checkpoint {
  const at = log.now()
  const signature = log.operator.sign(checkpointMessage(size, root, at)).toString('base64')
  return { size, root: root.toString('base64'), at: at.toISOString(), keyId: log.operator.keyId, signature }
}
const showing = (checkpoint: Checkpoint): Partial<LogSource> => ({ newest: async () => ({ checkpoint, operatorKeyPem: log.operator.pem }) })

describe('a witness', () => {
  test('signs the first state it sees, and every one that continues it', async () => {
    for (const more of [0, 1, 13]) {
      if (more > 0) await log.grow(more)
      const { size } = (await newestCheckpoint(log.db))!
      expect(await see()).toEqual({ signed: size })
      const checkpoint = (await checkpointOf(log.db, size))!
      expect(witnessesOf([witness.publicKey], checkpoint, await coSignaturesOf(log.db, size))).toEqual([witness.keyId])
    }
  })

  test('refuses a shorter log, another one of the same length, one that does not continue, and one that is not signed', async () => {
    await see()
    const had = state.checkpoint!
    const other = Buffer.alloc(32, 7)
    const cases: [Partial<LogSource>, string][] = [
      [showing(signed(had.size - 1, other)), 'shrunk'],
      [showing(signed(had.size, other)), 'split'],
      [{ ...showing(signed(had.size + 1, other)), consistency: async () => [other.toString('base64')] }, 'not-continued'],
      [showing({ ...had, root: other.toString('base64') }), 'not-signed'],
      [{ newest: async () => ({ checkpoint: had, operatorKeyPem: null }) }, ''],
    ]
    for (const [changed, alarm] of cases) {
      const seen = await see(changed)
      if (alarm === '') expect(seen).toEqual({ signed: had.size })
      else expect(seen).toMatchObject({ alarm, had })
      expect(state.checkpoint).toEqual(had)
    }
  })

  test('holds the operator to the key it met first', async () => {
    await see()
    const usurper = logKey()
    const next = (await newestCheckpoint(log.db))!
    const at = new Date(next.at)
    const signature = usurper.sign(checkpointMessage(next.size, Buffer.from(next.root, 'base64'), at)).toString('base64')
    const theirs = { ...next, keyId: usurper.keyId, signature }
    expect(await see({ newest: async () => ({ checkpoint: theirs, operatorKeyPem: usurper.pem }) })).toMatchObject({ alarm: 'not-signed' })
  })

  test('remembers in its folder, and keeps the evidence there', async () => {
    const path = mkdtempSync(join(tmpdir(), 'enishi-witness-'))
    const first = await witnessFolder(path)
    const checkpoint = (await newestCheckpoint(log.db))!
    await first.keep({ checkpoint, operatorKeyPem: log.operator.pem })
    const again = await witnessFolder(path)
    expect(again.state.checkpoint).toEqual(checkpoint)
    expect(again.publicKeyPem).toBe(first.publicKeyPem)
    const file = await again.evidence({ alarm: 'split', had: checkpoint, shown: signed(checkpoint.size, Buffer.alloc(32)) })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ alarm: 'split', had: { size: checkpoint.size } })
  })
})
