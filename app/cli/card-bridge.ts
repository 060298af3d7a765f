import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import {
  apduCard,
  BRIDGE_PORT,
  type PairedPage,
  type PairedStore,
  pcscAccess,
  ReaderError,
  readerErrors,
  startBridge,
} from '#adapters/mynumber-card'
import { type Arguments, EXIT, type Exit, type Io, Stop } from './command.ts'
import { bothWays } from './platform.ts'

const LONGEST_WAIT_SECONDS = 50

/**
 * Stands between the card reader of this machine and the reader page open on it, until stopped. It asks for no database and
 * no configuration of the platform: it may run on a machine that has neither.
 * @returns 0 when stopped; 2 where the port is taken or what was given makes no sense
 */
export async function cardBridge({ values, switches }: Arguments, io: Io): Promise<Exit> {
  const waitMs = numberOf(values.wait ?? '20', 'wait', LONGEST_WAIT_SECONDS) * 1000
  const access = pcscAccess({ waitMs, ...(values.reader === undefined ? {} : { reader: values.reader }) })
  if (switches.has('list')) return listReaders(access, io)
  const origins = (values.origin ?? io.env.ENISHI_BASE_URL ?? 'http://localhost:8080').split(',').map(originOf)
  const port = numberOf(values.port ?? String(BRIDGE_PORT), 'port', 65_535)
  const bridge = await startBridge({
    card: apduCard(access),
    origins,
    port,
    store: pairedPages(resolve(io.cwd, io.env.ENISHI_HOME ?? '.enishi')),
  }).catch(() => {
    throw new Stop(EXIT.couldNotRun, {
      ja: `ポート ${port} で待ち受けられません。別の card-bridge を止めるか、--port で変えてください。`,
      en: `Port ${port} cannot be listened on. Stop the other card-bridge, or choose another with --port.`,
    })
  })
  bothWays(io, {
    ja: `カードリーダーを http://127.0.0.1:${bridge.port} で待ち受けています（つなげる画面: ${origins.join('、')}）。Ctrl+C で止まります。`,
    en: `The card reader is served at http://127.0.0.1:${bridge.port} for pages of ${origins.join(', ')}. Ctrl+C stops it.`,
  })
  await untilStopped(() => showCode(io, bridge.newCode()))
  await bridge.close()
  return EXIT.fine
}

function showCode(io: Io, code: string): void {
  const readable = `${code.slice(0, 4)} ${code.slice(4)}`
  bothWays(io, {
    ja: `つなぐための番号: ${readable}（10分間、1回だけ使えます。新しい番号は Enter キーで出ます）`,
    en: `Pairing code: ${readable} (good once, for ten minutes; press Enter for a new one)`,
  })
}

/** Calls `next` now and at each line typed; returns at the signal to stop. */
async function untilStopped(next: () => void): Promise<void> {
  next()
  const lines = createInterface({ input: process.stdin })
  lines.on('line', next)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  lines.close()
}

async function listReaders(access: ReturnType<typeof pcscAccess>, io: Io): Promise<Exit> {
  try {
    const names = await access.readers()
    for (const name of names) io.out(name)
    if (names.length > 0) return EXIT.fine
    throw new ReaderError('reader-absent')
  } catch (error) {
    if (error instanceof ReaderError) throw new Stop(EXIT.refused, readerErrors[error.code])
    throw error
  }
}

function numberOf(text: string, name: string, most: number): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (number >= 0 && number <= most) return number
  throw new Stop(EXIT.couldNotRun, {
    ja: `--${name} は 0 から ${most} までの数です（「${text}」は使えません）。`,
    en: `--${name} is a number from 0 to ${most}, not "${text}".`,
  })
}

/** An origin as browsers write it; anything with a path, or not http(s), is refused rather than trimmed. */
function originOf(text: string): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.pathname === '/' && url.search === '')
    return url.origin
  throw new Stop(EXIT.couldNotRun, {
    ja: `--origin は https://enishi.example の形で書いてください（「${text}」は使えません）。`,
    en: `--origin has the form https://enishi.example; "${text}" does not.`,
  })
}

/** Pairings on this machine: digests only, readable by their owner alone. */
function pairedPages(home: string): PairedStore {
  const file = join(home, 'card-bridge.json')
  return {
    async read() {
      const text = await readFile(file, 'utf8').catch(() => '[]')
      return asPages(text)
    },
    async write(pages) {
      await mkdir(home, { recursive: true, mode: 0o700 })
      await writeFile(`${file}.new`, JSON.stringify(pages), { mode: 0o600 })
      await rename(`${file}.new`, file)
    },
  }
}

/** What is not as we wrote it pairs nobody. */
function asPages(text: string): PairedPage[] {
  try {
    const read: unknown = JSON.parse(text)
    if (!Array.isArray(read)) return []
    return read.filter(
      (page: Partial<PairedPage> | null): page is PairedPage =>
        typeof page?.origin === 'string' && typeof page.digest === 'string' && /^[0-9a-f]{64}$/.test(page.digest),
    )
  } catch {
    return []
  }
}
