import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type CoSignature, isCheckpoint, type Checkpoint } from '#packages/log-proof'
import { type LogSource, look, witnessFolder } from '../log/witness.ts'
import { type Arguments, EXIT, type Exit, type Io, Stop } from './command.ts'

const TIMEOUT_MS = 10_000

const newest = z.object({ checkpoint: z.custom<Checkpoint>(isCheckpoint), operatorKeyPem: z.string().nullable() })
const consistency = z.object({ path: z.array(z.string().max(64)).max(128) })

/** The log over the network: the one address the witness was given. */
function overHttp(base: string): LogSource {
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const answer = await fetch(`${base}${path}`, { ...sent, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (!answer.ok) throw new Error(`${answer.status} ${path}`)
    return answer.json()
  }
  return {
    newest: async () => newest.parse(await ask('/log/checkpoint')),
    consistency: async (from, to) => consistency.parse(await ask(`/log/consistency?from=${from}&to=${to}`)).path,
    give: async (size: number, coSignature: CoSignature) => void (await ask('/log/co-signatures', { size, ...coSignature })),
  }
}

const alarms = {
  'not-signed': { ja: '状態に、知っている運営者の鍵の署名がありません', en: 'the state is not signed by the operator’s key that is known' },
  shrunk: { ja: '記録が短くなりました', en: 'the log has shrunk' },
  split: { ja: '同じ件数で、前と違う状態が示されました', en: 'for the same size another state is shown than before' },
  'not-continued': { ja: '前に見た記録の続きではありません', en: 'this log does not continue the one seen before' },
} as const

/**
 * Watches a platform's log and co-signs each state that continues the last. Runs until it is stopped, or until it sees what must not be.
 * @returns 1 with evidence in the folder where the log was changed
 */
export async function witness({ operands: [url = ''], values, switches }: Arguments, io: Io): Promise<Exit> {
  const say = (ja: string, en: string) => io.out(io.lang === 'ja' ? ja : en)
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Stop(EXIT.couldNotRun, { ja: `${url} は http(s) のアドレスではありません。`, en: `${url} is not an http(s) address.` })
  const folder = await witnessFolder(resolve(io.cwd, values.folder ?? 'enishi-witness'))
  const given = values.key === undefined ? null : await readFile(resolve(io.cwd, values.key), 'utf8')
  let state = given === null ? folder.state : { ...folder.state, operatorKeyPem: given }
  say(
    `立会人の公開鍵（運営者に渡してください）：\n${folder.publicKeyPem}`,
    `Public key of this witness (give it to the operator):\n${folder.publicKeyPem}`,
  )
  const source = overHttp(url.replace(/\/+$/, ''))
  const keep = async (next: typeof state) => {
    await folder.keep(next)
    state = next
  }
  for (;;) {
    const seen = await look({ source, key: folder.key, state, now: new Date(), keep }).catch((error: unknown) => {
      io.err(`${io.lang === 'ja' ? '今は確かめられません' : 'cannot look now'}: ${error instanceof Error ? error.message : 'unknown'}`)
      return null
    })
    if (seen !== null && 'alarm' in seen) {
      const file = await folder.evidence(seen)
      say(
        `警告：${alarms[seen.alarm].ja}。署名しません。証拠：${file}`,
        `ALARM: ${alarms[seen.alarm].en}. Nothing is signed. Evidence: ${file}`,
      )
      return EXIT.refused
    }
    if (seen !== null) say(`${seen.signed}件の状態に署名しました`, `co-signed the state of ${seen.signed} entries`)
    if (switches.has('once')) return seen === null ? EXIT.couldNotRun : EXIT.fine
    await sleep(Number(values.every ?? 10) * 1_000)
  }
}
