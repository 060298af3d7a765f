import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { KeyObject } from 'node:crypto'
import {
  checkHead,
  isErased,
  isProofHead,
  keyIdOf,
  type LogKeys,
  type LogProblem,
  logReader,
  type ProofHead,
  readLogKey,
  readLogKeys,
  whyNotProven,
} from '#packages/log-proof'
import { type Arguments, EXIT, type Exit, type Io, Stop } from './command.ts'

/** More of them say nothing new. */
const MOST_SHOWN = 20
const MOST_LINE_CHARACTERS = 4_000_000

async function keysIn(path: string | undefined, cwd: string): Promise<KeyObject[]> {
  if (path === undefined) return []
  const keys = readLogKeys(await readFile(resolve(cwd, path), 'utf8').catch(() => ''))
  if (keys !== null) return keys
  throw new Stop(EXIT.couldNotRun, {
    ja: `${path} に Ed25519 の公開鍵（PEM）だけを入れてください。`,
    en: `Put Ed25519 public keys (PEM), and no other, into ${path}.`,
  })
}

/** Lines of the file with their numbers; one at a time, so that a log of any length passes. */
async function* linesOf(path: string): AsyncGenerator<{ number: number; value: unknown }> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
  let number = 0
  for await (const line of lines) {
    number++
    if (line.trim() === '') continue
    yield { number, value: line.length > MOST_LINE_CHARACTERS ? null : parsed(line) }
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

/** Tells what is wrong line by line, and counts. */
function teller(io: Io) {
  let found = 0
  return {
    tell(number: number, wrong: LogProblem | null) {
      if (wrong !== null && ++found <= MOST_SHOWN)
        io.out(`${io.lang === 'ja' ? `${number}行目` : `line ${number}`}: ${wrong[io.lang]} (${wrong.code})`)
    },
    found: () => found,
  }
}

/**
 * Checks a proof that a person took home, or a whole log, without database, network or platform.
 * @returns 0 where everything holds, 1 where something does not
 */
export async function verifyLog({ operands: [file = ''], values }: Arguments, io: Io): Promise<Exit> {
  const path = resolve(io.cwd, file)
  const keys = { operator: await keysIn(values.key, io.cwd), witnesses: await keysIn(values['witness-key'], io.cwd) }
  const lines = linesOf(path)
  const first = await lines.next().catch(() => {
    throw new Stop(EXIT.couldNotRun, { ja: `${file} を開けません。場所を確かめてください。`, en: `Cannot open ${file}. Check the path.` })
  })
  if (first.done) throw new Stop(EXIT.couldNotRun, { ja: `${file} は空です。`, en: `${file} is empty.` })
  return isProofHead(first.value.value)
    ? verifyProof({ head: first.value.value, lines, keys }, io)
    : verifyWhole({ first: first.value, lines, keys }, io)
}

type Lines = AsyncGenerator<{ number: number; value: unknown }>

async function verifyProof({ head, lines, keys }: { head: ProofHead; lines: Lines; keys: LogKeys }, io: Io): Promise<Exit> {
  const told = teller(io)
  const own = keys.operator.length > 0
  const inside = readLogKey(head.operatorKeyPem)
  const operator = own ? keys.operator : inside === null ? [] : [inside]
  const { problems, witnesses } = checkHead(head, { ...keys, operator })
  for (const wrong of problems) told.tell(1, wrong)
  let [entries, erased] = [0, 0]
  for await (const { number, value } of lines) {
    entries++
    if (isErased(value)) erased++
    told.tell(number, whyNotProven(head.checkpoint, value))
  }
  const { size, at } = head.checkpoint
  say(
    io,
    `記録 ${entries}件、状態 ${at}（全 ${size}件）、問題 ${told.found()}件`,
    `${entries} entries, state of ${at} (${size} in all), ${told.found()} problems`,
  )
  if (erased > 0)
    say(
      io,
      `そのうち ${erased}件は、保存の期間が過ぎて中身が消されています。記録があったことだけを確かめられます。`,
      `The content of ${erased} of them was erased after its time: only that they stood there is proven.`,
    )
  if (!own)
    say(
      io,
      '運営者の鍵は証明に入っていたものを使いました。運営者を疑うときは、別に手に入れた鍵を --key で渡してください。',
      'The operator’s key was the one inside the proof. To hold the operator to it, pass a key you got elsewhere with --key.',
    )
  if (witnesses.length > 0) say(io, `立会人の署名：${witnesses.join('、')}`, `Co-signed by: ${witnesses.join(', ')}`)
  return told.found() === 0 ? EXIT.fine : EXIT.refused
}

async function verifyWhole(about: { first: { number: number; value: unknown }; lines: Lines; keys: LogKeys }, io: Io): Promise<Exit> {
  const { first, lines, keys } = about
  if (keys.operator.length === 0)
    throw new Stop(EXIT.couldNotRun, {
      ja: '記録全体を確かめるには、運営者の公開鍵を --key で渡してください（/log/checkpoint で受け取れます）。',
      en: 'To check a whole log, pass the operator’s public key with --key (it is shown at /log/checkpoint).',
    })
  const told = teller(io)
  const reader = logReader(keys)
  told.tell(first.number, reader.take(first.value))
  let number = first.number
  for await (const line of lines) {
    number = line.number
    told.tell(line.number, reader.take(line.value))
    // One missing leaf puts every later one out of order: the first tells where.
    if (told.found() > MOST_SHOWN) break
  }
  const end = reader.end()
  for (const wrong of end.problems) told.tell(number, wrong)
  say(
    io,
    `記録 ${end.leaves}件（署名された範囲 ${end.signedUpTo}件、消去済み ${end.erased}件）、状態 ${end.checkpoints}件、鍵 ${keys.operator.map(keyIdOf).join('、')}、問題 ${told.found()}件`,
    `${end.leaves} entries (${end.signedUpTo} under a signature, ${end.erased} erased), ${end.checkpoints} states, key ${keys.operator.map(keyIdOf).join(', ')}, ${told.found()} problems`,
  )
  const { upTo, by } = end.witnessed
  if (by.length > 0) say(io, `立会人の署名：${upTo}件目まで（${by.join('、')}）`, `Co-signed up to entry ${upTo} by: ${by.join(', ')}`)
  return told.found() === 0 ? EXIT.fine : EXIT.refused
}

const say = (io: Io, ja: string, en: string) => io.out(io.lang === 'ja' ? ja : en)
