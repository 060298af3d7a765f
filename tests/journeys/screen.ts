/** A person's screen: a browser context of its own, watched for everything a page must not do. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { TOTP, Secret } from 'otpauth'
import type { Demo, DemoPerson, DemoStaff } from './region.ts'

export const PHONE = { width: 390, height: 844 }
export const DESK = { width: 1440, height: 900 }

export type Lang = 'ja' | 'en'
export type Screen = {
  page: Page
  context: BrowserContext
  /** Errors on the console, breaches of the page's policy, requests to another host; emptied by reading. */
  complaints(): string[]
  close(): Promise<void>
}
export type ScreenOptions = { viewport?: typeof PHONE; lang?: Lang; script?: boolean }

export async function openScreen(browser: Browser, demo: Demo, options: ScreenOptions = {}): Promise<Screen> {
  const context = await browser.newContext({
    baseURL: demo.baseUrl,
    viewport: options.viewport ?? DESK,
    javaScriptEnabled: options.script ?? true,
    locale: options.lang === 'en' ? 'en-GB' : 'ja-JP',
    timezoneId: 'Asia/Tokyo',
  })
  if (options.lang) await context.addCookies([{ name: 'enishi_lang', value: options.lang, url: demo.baseUrl }])
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  let heard: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') heard.push(`console: ${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => heard.push(`script: ${error.message}`))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(demo.baseUrl) && !/^(data|blob|about):/.test(url)) heard.push(`another host: ${url}`)
  })
  const complaints = () => {
    const found = heard
    heard = []
    return found
  }
  return { page, context, complaints, close: () => context.close() }
}

/** The number in the demo's list of cards, which is the person's place in `demo.json`. */
export const cardNumber = (demo: Demo, person: DemoPerson): string => String(demo.people.indexOf(person))

export const codeNow = (staff: DemoStaff): string => new TOTP({ secret: Secret.fromBase32(staff.totpSecret) }).generate()

/** Chooses the card; a wrong PIN may be typed over the one the demo fills in. */
export async function signInByCard(page: Page, demo: Demo, person: DemoPerson, pin?: string): Promise<void> {
  if (!new URL(page.url() === 'about:blank' ? demo.baseUrl : page.url()).pathname.startsWith('/sign-in')) await page.goto('/sign-in/card')
  // Enabled by the script that reads the card.
  await page.locator('form[action="/sign-in/card"] button.button-primary:enabled').waitFor()
  await page.selectOption('#field-card', cardNumber(demo, person))
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>('#field-pin')?.value.length === 4)
  if (pin !== undefined) await page.fill('#field-pin', pin)
  await page.press('#field-pin', 'Enter')
}

export async function signInAsStaff(page: Page, staff: DemoStaff): Promise<void> {
  if (!page.url().includes('/sign-in')) await page.goto('/sign-in/staff')
  await page.fill('#field-loginName', staff.loginName)
  await page.fill('#field-password', staff.password)
  await page.fill('#field-totp', codeNow(staff))
  await page.press('#field-totp', 'Enter')
}
