import { request } from 'node:http'
import { build } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'
import { appletSimulator, type Fault, simulatedReader } from './applet-simulator.ts'
import { type Bridge, startBridge } from './bridge.ts'
import { browserCardOverBridge, type Fetch, pairWithBridge } from './browser-bridge.ts'
import { cardContract } from './card-contract.ts'
import { apduCard } from './jpki-applet.ts'
import { makeCards } from './make-cards.ts'
import type { PairedPage } from './pairing.ts'
import { ca, challenge, keys, laterBy } from './test-lab.ts'

const ORIGIN = 'https://enishi.example'
const [content] = await makeCards(ca, 1, { notBefore: laterBy(-1000), keySource: async () => keys, pinOf: () => '4321' })
const open: Bridge[] = []
afterAll(() => Promise.all(open.map((bridge) => bridge.close())))

/** As a browser at `origin` fetches: it states its origin itself. */
const from =
  (origin: string): Fetch =>
  (url, init) =>
    fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), origin } })

async function bridged(options: { fault?: () => Fault | null; store?: PairedPage[]; now?: () => number } = {}) {
  const { fault = () => null, now = () => 0 } = options
  const pages = options.store
  const store = pages && {
    read: async () => [...pages],
    write: async (next: readonly PairedPage[]) => void pages.splice(0, pages.length, ...next),
  }
  const card = apduCard(simulatedReader(appletSimulator(content!), fault))
  const bridge = await startBridge({ card, origins: [ORIGIN], port: 0, now, ...(store ? { store } : {}) })
  open.push(bridge)
  return { bridge, base: `http://127.0.0.1:${bridge.port}` }
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  )

cardContract('the card over the bridge', async () => {
  const { bridge, base } = await bridged()
  const token = await pairWithBridge(base, bridge.newCode(), from(ORIGIN))
  return { card: browserCardOverBridge({ base, token }, from(ORIGIN)), pin: '4321' }
})

describe('pairing', () => {
  const pair = (base: string, code: string, origin = ORIGIN) => codeOf(pairWithBridge(base, code, from(origin)))

  test('a code is good once', async () => {
    const { bridge, base } = await bridged()
    const code = bridge.newCode()
    expect([await pair(base, code), await pair(base, code)]).toEqual(['done', 'bridge-code-wrong'])
  })

  test('may be typed with spaces and wide digits', async () => {
    const { bridge, base } = await bridged()
    const wide = [...bridge.newCode()].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join(' ')
    expect(await pair(base, wide)).toBe('done')
  })

  test('five wrong tries end a code, and so do ten minutes and a newer one', async () => {
    let now = 0
    const { bridge, base } = await bridged({ now: () => now })
    const guessed = bridge.newCode()
    const wrong = guessed === '00000000' ? '00000001' : '00000000'
    for (let i = 0; i < 5; i++) expect(await pair(base, wrong)).toBe('bridge-code-wrong')
    expect(await pair(base, guessed)).toBe('bridge-code-wrong')
    const late = bridge.newCode()
    now += 10 * 60_000
    expect(await pair(base, late)).toBe('bridge-code-wrong')
    const [older, newer] = [bridge.newCode(), bridge.newCode()]
    expect([await pair(base, older), await pair(base, newer)]).toEqual(['bridge-code-wrong', 'done'])
  })

  test('many guesses at once share one count', async () => {
    const { bridge, base } = await bridged()
    const code = bridge.newCode()
    await Promise.all(Array.from({ length: 30 }, (_, i) => pair(base, String(10_000_000 + i))))
    for (let i = 0; i < 5; i++) await pair(base, '99999999')
    expect(await pair(base, code)).toBe('bridge-code-wrong')
  })

  test('outlives a restart where there is a store, which never holds the token', async () => {
    const store: PairedPage[] = []
    const first = await bridged({ store })
    const token = await pairWithBridge(first.base, first.bridge.newCode(), from(ORIGIN))
    expect(JSON.stringify(store)).not.toContain(token)
    const again = await bridged({ store })
    expect(await codeOf(browserCardOverBridge({ base: again.base, token }, from(ORIGIN)).certificatePem())).toBe('done')
    const without = await bridged()
    expect(await codeOf(browserCardOverBridge({ base: without.base, token }, from(ORIGIN)).certificatePem())).toBe('bridge-not-paired')
  })
})

type Raw = { path?: string; method?: string; headers?: Record<string, string>; body?: string }

describe('who else is on this machine', async () => {
  const { bridge, base } = await bridged()
  const token = await pairWithBridge(base, bridge.newCode(), from(ORIGIN))
  const right = { origin: ORIGIN, host: `127.0.0.1:${bridge.port}`, 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const raw = ({ path = '/certificate', method = 'POST', headers = right, body = '{}' }: Raw) =>
    new Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: bridge.port, path, method, headers }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }))
      })
      sent.on('error', reject)
      sent.end(body)
    })
  const { origin: _origin, ...withoutOrigin } = right

  test.each<[string, Raw, number]>([
    ['the page that paired: the control', {}, 200],
    ['a page of another site', { headers: { ...right, origin: 'https://evil.example' } }, 403],
    ['a page of a site that begins alike', { headers: { ...right, origin: `${ORIGIN}.evil.example` } }, 403],
    ['the same site without TLS', { headers: { ...right, origin: 'http://enishi.example' } }, 403],
    ['a page without origin', { headers: { ...right, origin: 'null' } }, 403],
    ['a program that states no origin', { headers: withoutOrigin }, 403],
    ['a name that leads here (DNS rebinding)', { headers: { ...right, host: `evil.example:${bridge.port}` } }, 403],
    ['the right page without token', { headers: { ...right, authorization: '' } }, 401],
    ['the right page with another token', { headers: { ...right, authorization: `Bearer ${'A'.repeat(43)}` } }, 401],
    ['a form, which needs no permission of ours', { headers: { ...right, 'content-type': 'text/plain' } }, 415],
    ['reading by GET', { method: 'GET', body: '' }, 405],
    ['another path', { path: '/apdu' }, 404],
    ['no JSON', { body: '{' }, 400],
    ['a list', { body: '[]' }, 400],
    ['a body without end', { body: JSON.stringify({ a: 'x'.repeat(5_000) }) }, 400],
    ['no challenge', { path: '/sign', body: JSON.stringify({ pin: '4321' }) }, 400],
    ['a PIN that is no text', { path: '/sign', body: JSON.stringify({ pin: 4321, challenge: 'AAAA' }) }, 400],
  ])('%s', async (_name, what, status) => {
    expect((await raw(what)).status).toBe(status)
  })

  test('is told nothing that lets a page of another site read the answer', async () => {
    const evil = await raw({ headers: { ...right, origin: 'https://evil.example' } })
    expect(evil.headers['access-control-allow-origin']).toBeUndefined()
    expect(evil.body).not.toContain('CERTIFICATE')
    expect((await raw({})).headers['access-control-allow-origin']).toBe(ORIGIN)
  })

  test('a browser that asks first is answered for the listed page alone', async () => {
    const asking = {
      origin: ORIGIN,
      host: right.host,
      'access-control-request-method': 'POST',
      'access-control-request-private-network': 'true',
    }
    const allowed = await raw({ method: 'OPTIONS', headers: asking, body: '' })
    expect([allowed.status, allowed.headers['access-control-allow-private-network']]).toEqual([204, 'true'])
    expect((await raw({ method: 'OPTIONS', headers: { ...asking, origin: 'https://evil.example' }, body: '' })).status).toBe(403)
  })

  test('a token is good for the origin that got it', async () => {
    const both = await startBridge({
      card: browserCardOverBridge({ base, token }, from(ORIGIN)),
      origins: [ORIGIN, 'http://localhost:8080'],
      port: 0,
    })
    open.push(both)
    const own = await pairWithBridge(`http://127.0.0.1:${both.port}`, both.newCode(), from(ORIGIN))
    const at = (origin: string) =>
      codeOf(browserCardOverBridge({ base: `http://127.0.0.1:${both.port}`, token: own }, from(origin)).certificatePem())
    expect([await at(ORIGIN), await at('http://localhost:8080')]).toEqual(['done', 'bridge-not-paired'])
  })
})

describe('the page is told what is the matter', () => {
  test('with the card', async () => {
    let fault: Fault | null = { kind: 'absent' }
    const { bridge, base } = await bridged({ fault: () => fault })
    const token = await pairWithBridge(base, bridge.newCode(), from(ORIGIN))
    const card = browserCardOverBridge({ base, token }, from(ORIGIN))
    expect(await codeOf(card.certificatePem())).toBe('card-absent')
    fault = { kind: 'torn-out', after: 2 }
    expect(await codeOf(card.sign('4321', challenge))).toBe('card-removed')
    fault = null
    await expect(card.sign('0000', challenge)).rejects.toMatchObject({ code: 'card-pin-wrong', triesLeft: 2 })
  })

  test('with the bridge', async () => {
    const { bridge, base } = await bridged()
    await bridge.close()
    expect(await codeOf(browserCardOverBridge({ base, token: 'x' }, from(ORIGIN)).certificatePem())).toBe('bridge-absent')
    const strange: Fetch = async () => Response.json({ error: 'constructor' }, { status: 409 })
    expect(await codeOf(browserCardOverBridge({ base, token: 'x' }, strange).certificatePem())).toBe('bridge-refused')
  })

  test('an address that is not this machine gets no PIN', async () => {
    let sent = 0
    const counting: Fetch = async () => {
      sent++
      return Response.json({})
    }
    for (const base of [
      'http://192.168.0.9:8377',
      'https://evil.example:8377',
      'http://127.0.0.1.evil.example:8377',
      'http://127.0.0.1:8377@evil.example',
      '',
    ])
      expect(await codeOf(browserCardOverBridge({ base, token: 'x' }, counting).sign('4321', challenge))).toBe('bridge-refused')
    expect(sent).toBe(0)
  })
})

test('the page’s half bundles for a browser: nothing of Node is reached', async () => {
  const bundle = (file: string) =>
    build({
      entryPoints: [`${import.meta.dirname}/${file}`],
      bundle: true,
      platform: 'browser',
      write: false,
      format: 'esm',
      logLevel: 'silent',
    })
  expect((await bundle('browser-bridge.ts')).errors).toEqual([])
  await expect(bundle('bridge.ts'), 'control: the other half does need Node').rejects.toThrow(/node:/)
})
