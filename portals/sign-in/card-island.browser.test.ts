/** Sign-in by card in a real browser: every state of the page, and that the PIN stays in it. */
import { generateKeyPairSync, verify } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../../tests/harness/browser.ts'
import { type FrontDoor, openFrontDoor, PASSWORD, TOTP_SECRET } from './front-door.fixture.ts'
import type { CardCheck, DemoDoor } from './index.ts'

const card = (pin: string) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    // The public key stands in for the certificate: the page never looks into it.
    certificatePem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    pin,
  }
}
const cards = [card('1234'), card('5678'), card('9012')]
const people = ['山川 花子', '山川 太郎', '知らない 人']

const check: CardCheck = {
  async check({ certificatePem, signature, challenge }) {
    const n = cards.findIndex((one) => one.certificatePem === certificatePem)
    if (!verify('sha256', challenge, certificatePem, signature))
      return { refused: 'signature-invalid', ja: '応答が違います。', en: 'Wrong answer.' }
    return { serial: String(n), issuer: 'issuer' }
  },
}

const demo: DemoDoor = {
  cards: () => people.map((name, n) => ({ n, name, birthDate: '1958-04-12' })),
  card: (n) => cards[n],
  staff: () => [{ loginName: 'yamada', name: '山田 太郎', role: 'physician', institutionName: 'B診療所' }],
  staffSecret: () => ({ password: PASSWORD, totpSecret: TOTP_SECRET }),
}

let door: FrontDoor
let browser: Browser
let page: Page
let origin: string
const sent: string[] = []

const islands = join(import.meta.dirname, '../../ui/islands')

beforeAll(async () => {
  door = await openFrontDoor({ demo, totpOnce: false, cards: check })
  await door.person('山川 花子', '0')
  await door.person('山川 太郎', '1')
  origin = (await door.app.listen({ port: 0, host: '127.0.0.1' })).replace('127.0.0.1', 'localhost')
  const built = await build({
    entryPoints: ['card-sign-in', 'demo-staff'].map((name) => join(islands, `${name}.ts`)),
    outdir: '/',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
  })
  const script = new Map(built.outputFiles.map((file) => [file.path.split('/').at(-1), file.text]))
  browser = await openBrowser()
  page = await (await browser.newContext({ locale: 'ja-JP' })).newPage()
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`))
  await page.route(/\/(assets|islands)\//, (route) => {
    const body = script.get(new URL(route.request().url()).pathname.split('/').at(-1))
    return body === undefined ? route.fulfill({ status: 404, body: '' }) : route.fulfill({ contentType: 'text/javascript', body })
  })
  await page.route('**/me', (route) => route.fulfill({ contentType: 'text/html', body: '<h1>me</h1>' }))
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await door?.close()
})

const alertText = () => page.locator('[data-card-alert]').textContent()
async function tryPin(pin: string): Promise<void> {
  await page.locator('#field-pin').fill(pin)
  await page.locator('form[action="/sign-in/card"] button').click()
}
async function choose(n: number): Promise<void> {
  await page.locator('#field-card').selectOption(String(n))
  await expect.poll(() => page.locator('#field-pin').inputValue()).toBe(cards[n]?.pin)
}

test('no card, no PIN, wrong PINs, the lock and another card, each said in words; the PIN never leaves the page', async () => {
  await page.goto(`${origin}/sign-in?lang=ja`)
  await tryPin('1234')
  await expect.poll(alertText).toContain('カードを選んでください')

  await choose(0)
  await tryPin('12')
  await expect.poll(alertText).toContain('数字4桁で入力してください')
  sent.length = 0
  for (const said of ['あと2回', 'あと1回', 'ロックされています']) {
    await tryPin('7391')
    await expect.poll(alertText).toContain(said)
    expect(await page.locator('#field-pin').inputValue(), 'the wrong PIN does not stay on screen').toBe('')
  }
  await page.reload()
  await choose(0)
  await tryPin('1234')
  // Locked also after a reload, and for the right PIN.
  await expect.poll(alertText).toContain('ロックされています')

  await choose(1)
  await tryPin('5678')
  await page.waitForURL(`${origin}/me`)
  expect((await page.context().cookies()).find((cookie) => cookie.name === 'enishi_session')).toMatchObject({
    httpOnly: true,
    sameSite: 'Lax',
  })
  const posted = sent.filter((one) => one.includes('/sign-in/card'))
  expect(
    posted.some((one) => one.includes('signature')),
    'the control: bodies are recorded',
  ).toBe(true)
  expect(posted.join('\n')).not.toMatch(/7391|"pin"|privateKeyPem/)
  expect(posted.join('\n')).not.toContain(cards[1]!.privateKeyPem.split('\n')[1])
}, 60_000)

test('a card that nobody has leads to its first registration; a card file works; a broken one is told', async () => {
  await page.goto(`${origin}/sign-in?lang=en`)
  await choose(2)
  await tryPin('9012')
  await page.waitForURL(`${origin}/sign-in/register**`)
  expect(await page.locator('html').getAttribute('lang')).toBe('en')

  await page.goto(`${origin}/sign-in?lang=en`)

  await page.locator('summary').first().click()
  const file = (text: string) =>
    page.locator('#field-file').setInputFiles({ name: 'card.json', mimeType: 'application/json', buffer: Buffer.from(text) })
  await file('{"pin":')
  await tryPin('1234')
  await expect.poll(alertText).toContain('card file cannot be read')
  await file(JSON.stringify({ name: '山川 太郎', card: cards[1] }))
  await tryPin('5678')
  await page.waitForURL(`${origin}/me`)
}, 60_000)

test('a lost connection uses up no try', async () => {
  await page.goto(`${origin}/sign-in?lang=en`)
  await choose(1)
  await page.context().setOffline(true)
  await tryPin('0000')
  await expect.poll(alertText).toContain('No connection')
  await page.context().setOffline(false)
  await tryPin('0000')
  await expect.poll(alertText).toContain('2 more wrong tries')
}, 60_000)

test('a demo sign-in fills the form of staff with a code that holds', async () => {
  await page.context().clearCookies()
  await page.route('**/clinic', (route) => route.fulfill({ contentType: 'text/html', body: '<h1>clinic</h1>' }))
  await page.goto(`${origin}/sign-in/staff`)
  await page.locator('[data-demo-staff="yamada"]').click()
  await expect.poll(() => page.locator('#field-totp').inputValue()).toBe(door.totp())
  await page.keyboard.press('Enter')
  await page.waitForURL(`${origin}/clinic`)
}, 60_000)

test('both scripts are small', async () => {
  for (const name of ['card-sign-in', 'demo-staff']) {
    const { outputFiles } = await build({
      entryPoints: [join(islands, `${name}.ts`)],
      write: false,
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2022',
    })
    expect(outputFiles[0]!.text.length).toBeLessThan(10 * 1024)
    expect(await readFile(join(islands, `${name}.ts`), 'utf8')).not.toMatch(/innerHTML|eval\(/)
  }
})

test('going through the list leaves the PIN of the card that is chosen, whichever answer comes last', async () => {
  let answerFirst = () => {}
  const held = new Promise<void>((done) => {
    answerFirst = done
  })
  await page.route('**/demo/cards/0', async (route) => {
    await held
    await route.continue()
  })
  await page.goto(`${origin}/sign-in`)
  await page.selectOption('#field-card', '0')
  await page.selectOption('#field-card', '1')
  await expect.poll(() => page.inputValue('#field-pin')).toBe('5678')
  const late = page.waitForResponse('**/demo/cards/0')
  answerFirst()
  await (await late).finished()
  await page.evaluate(() => new Promise((done) => setTimeout(done, 50)))
  expect(await page.inputValue('#field-pin')).toBe('5678')
  await page.unroute('**/demo/cards/0')
})
