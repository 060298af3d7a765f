/**
 * A virtual reader of the operating system (Debian: vsmartcard-vpcd and pcscd) with our applet in it: bytes go through the real
 * service and the real library. Started only where the programs are installed and no service runs that is not ours.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import type { Applet } from './applet-simulator.ts'

const PCSCD = '/usr/sbin/pcscd'
const DRIVERS = ['/usr/lib/pcsc/drivers/serial/libifdvpcd.so', '/usr/lib64/pcsc/drivers/serial/libifdvpcd.so']
const SOCKET = '/run/pcscd/pcscd.comm'
const PORT = 35_963

/** Why the virtual reader cannot be had here, or null. */
export function whyNoVirtualReader(): string | null {
  if (process.platform !== 'linux') return 'only on Linux'
  if (!existsSync(PCSCD)) return 'pcscd is not installed'
  if (!DRIVERS.some((path) => existsSync(path))) return 'vsmartcard-vpcd is not installed'
  if (existsSync(SOCKET)) return 'a smart card service is already running'
  try {
    accessSync('/run', constants.W_OK)
    return null
  } catch {
    return 'starting pcscd needs the right to write to /run'
  }
}

const CONTROL = { off: 0, on: 1, reset: 2, atr: 4 } as const

export type VirtualReader = {
  /** Puts a card in; another call puts another card in its place. */
  insert(applet: Applet): Promise<void>
  /** Takes the card out for good when it has answered `after` commands more. */
  tearOutAfter(after: number): void
  stop(): Promise<void>
}

export async function virtualReader(): Promise<VirtualReader> {
  const service = spawn(PCSCD, ['--foreground', '--auto-exit'], { stdio: 'ignore' })
  await until(() => existsSync(SOCKET))
  let socket: Socket | null = null
  let applet: Applet | null = null
  let left = Number.POSITIVE_INFINITY

  function answerTo(message: Buffer): Buffer | null {
    if (applet === null) return null
    if (message.length === 1) return control(message[0]!, applet)
    if (left-- > 0) return applet.process(message)
    socket?.destroy()
    return null
  }

  function serve(card: Socket): void {
    let waiting = Buffer.alloc(0)
    card.on('error', () => undefined)
    card.on('data', (chunk) => {
      waiting = Buffer.concat([waiting, chunk])
      while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
        const message = waiting.subarray(2, 2 + waiting.readUInt16BE(0))
        waiting = waiting.subarray(2 + message.length)
        const answer = answerTo(message)
        if (answer !== null) card.write(Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 0xff]), answer]))
      }
    })
  }

  return {
    async insert(next) {
      applet = next
      if (socket !== null) return
      socket = await connected()
      serve(socket)
    },
    tearOutAfter(after) {
      left = after
    },
    async stop() {
      socket?.destroy()
      await ended(service)
    },
  }
}

function control(code: number, applet: Applet): Buffer | null {
  if (code === CONTROL.atr) return applet.atr
  if (code === CONTROL.off || code === CONTROL.reset || code === CONTROL.on) applet.reset()
  return null
}

async function connected(): Promise<Socket> {
  for (let tries = 0; ; tries++) {
    const socket = connect(PORT, '127.0.0.1')
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    if (open) return socket
    if (tries > 50) throw new Error('the virtual reader does not listen')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; !done(); tries++) {
    if (tries > 100) throw new Error('pcscd did not start')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}
