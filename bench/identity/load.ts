/** The load generator: opens sessions in the database, signs every challenge, and only then starts the clock. */
import { randomBytes, sign } from 'node:crypto'
import { sql } from 'kysely'
import { openDatabase } from '#kernel/database'
import { latencies } from '../measure.ts'
import { send, wire } from '../raw-client.ts'
import { benchCards, type BenchCards, privateKeysOf } from './cards.ts'
import { benchUrl, CLIENT } from './register.ts'
import { passkeyRequests, tokenRequests } from './sign-ins.ts'

/** `cpuMs`: processor time of the generator itself while the clock ran. */
export type Pass = { seconds: number; cpuMs: number; ok: number; other: string; p50ms: number; p95ms: number; p99ms: number }
export type LoadOrder = {
  what: 'card' | 'passkey' | 'token'
  ports: number[]
  token: string
  from: number
  count: number
  connections: number
}

/** Reader sessions for so many cards, with their challenges answered. */
async function preparePass(kept: BenchCards, { token, from, count }: LoadOrder): Promise<Buffer[]> {
  const keys = privateKeysOf(kept)
  const sessions = Array.from({ length: count }, (_, i) => ({
    id: `b${randomBytes(12).toString('hex')}`,
    challenge: randomBytes(32),
    card: from + i,
  }))
  const requests = sessions.map(({ id, challenge, card }) => {
    const signature = sign('sha256', challenge, keys[card % keys.length]!).toString('base64url')
    return wire({
      path: `/reader/sessions/${id}/card`,
      token,
      body: JSON.stringify({ certificatePem: kept.cards[card]!.certificatePem, signature }),
    })
  })
  const db = openDatabase({ url: benchUrl(), poolSize: 1, applicationName: 'bench-load' })
  await sql`insert into eligibility.reader_session (id, institution_number, challenge, created_at, expires_at)
    select id, (select institution_number from person.client where client_id = ${CLIENT}), decode(challenge, 'hex'), now(), now() + interval '2 minutes'
    from jsonb_to_recordset(${JSON.stringify(sessions.map((s) => ({ id: s.id, challenge: s.challenge.toString('hex') })))}::jsonb) as r(id text, challenge text)`.execute(
    db,
  )
  await db.destroy()
  return requests
}

export async function loadRole(): Promise<void> {
  const kept = await benchCards(Number(process.env.BENCH_CARDS))
  process.on('message', (order: LoadOrder) => void run(kept, order).then((pass) => process.send?.(pass)))
  process.send?.({ ready: true })
  await new Promise(() => undefined)
}

async function run(kept: BenchCards, order: LoadOrder): Promise<Pass> {
  const prepare = { card: () => preparePass(kept, order), passkey: () => passkeyRequests(order), token: () => tokenRequests(order) }
  const requests = await prepare[order.what]()
  const from = process.cpuUsage()
  const ran = await send(requests, order)
  const { user, system } = process.cpuUsage(from)
  const ok = ran.statuses.get(200) ?? 0
  const other = [...ran.statuses]
    .filter(([status]) => status !== 200)
    .map(([status, n]) => `${status}: ${n}`)
    .join(', ')
  return {
    seconds: ran.seconds,
    cpuMs: (user + system) / 1000,
    ok,
    other: other === '' ? '' : `${other} ${ran.firstOther ?? ''}`,
    ...latencies(ran.ms),
  }
}
