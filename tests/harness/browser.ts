import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

type Found = { executable: string; environment: Record<string, string>; missing: string[] }

/** A test browser asks no outside host for anything. */
const quiet = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-domain-reliability',
  '--no-pings',
]

/**
 * A headless Chromium; the caller closes it. ENISHI_CHROMIUM names another one than that from npm.
 *
 * @param args more switches, e.g. fake cameras
 */
export async function openBrowser(args: string[] = []): Promise<Browser> {
  const { executable, environment, missing } = find()
  if (missing.length > 0) throw new Error(`the browser cannot run here; missing libraries: ${missing.join(', ')}`)
  return chromium.launch({ executablePath: executable, args: [...quiet, ...args], env: { ...process.env, ...environment } })
}

let found: Found | undefined

function find(): Found {
  const program = resolve(import.meta.dirname, '../../app/launcher/browser.mjs')
  found ??= JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8' })) as Found
  return found
}
