import { isSignature, keyIdOf, type LogKey } from './crypto.ts'

/** The state of the log at an instant: how many leaves, which root, signed by the operator's key. `root` and `signature` in base64. */
export type Checkpoint = { size: number; root: string; at: string; keyId: string; signature: string }

/** A witness's word that it saw this checkpoint, and that it continues all it saw before. */
export type CoSignature = { keyId: string; at: string; signature: string }

/** What a checkpoint's signature covers. */
export const checkpointMessage = (size: number, root: Buffer, at: Date): Buffer =>
  Buffer.from(`enishi audit log\n${size}\n${root.toString('base64')}\n${at.toISOString()}\n`)

/** What a witness signs: the checkpoint as the operator signed it, and when the witness saw it. */
export const witnessMessage = (checkpoint: Checkpoint, seenAt: string): Buffer =>
  Buffer.from(`enishi audit log witness\n${checkpoint.size}\n${checkpoint.root}\n${checkpoint.at}\n${checkpoint.signature}\n${seenAt}\n`)

const base64 = (text: string) => Buffer.from(text, 'base64')
const isInstant = (text: string) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text

/** Whether one of the keys signed the checkpoint. */
export function isSignedBy(keys: readonly LogKey[], checkpoint: Checkpoint): boolean {
  if (!isInstant(checkpoint.at)) return false
  const message = checkpointMessage(checkpoint.size, base64(checkpoint.root), new Date(checkpoint.at))
  return keys.some((key) => keyIdOf(key) === checkpoint.keyId && isSignature(key, message, base64(checkpoint.signature)))
}

/** Which of the witnesses' keys co-signed the checkpoint. */
export function witnessesOf(keys: readonly LogKey[], checkpoint: Checkpoint, given: readonly CoSignature[]): string[] {
  const holds = (key: LogKey, one: CoSignature) =>
    one.keyId === keyIdOf(key) && isInstant(one.at) && isSignature(key, witnessMessage(checkpoint, one.at), base64(one.signature))
  return keys.filter((key) => given.some((one) => holds(key, one))).map(keyIdOf)
}
