/**
 * Sign-in by card: fetches a challenge, lets the card sign it after the PIN, posts the signature. The PIN and the card's
 * key stay in this page; wrong PINs are counted per card in the browser, as a chip counts them itself.
 */
import { browserCard, type BrowserCardContent } from '../../adapters/mynumber-card/browser-card.ts'
import { CardError, cardErrors } from '../../adapters/mynumber-card/card-port.ts'

const lang = document.documentElement.lang === 'en' ? 'en' : 'ja'
/** Sign-in, or a proof once more: the row that takes the answer is the form's own. */
const form = document.querySelector<HTMLFormElement>('form[action^="/sign-in/"][action$="/card"]')
const alertBox = document.querySelector<HTMLElement>('[data-card-alert]')
const statusLine = document.querySelector<HTMLElement>('[data-card-status]')

type Words = { ja: string; en: string }

const texts = {
  word: { ja: '注意', en: 'Attention' },
  working: { ja: 'カードを確かめています…', en: 'Checking your card…' },
  noCard: { ja: 'カードを選んでください。', en: 'Choose a card first.' },
  badFile: {
    ja: 'カードのファイルを読み取れません。別のファイルを選んでください。',
    en: 'This card file cannot be read. Choose another file.',
  },
  badPin: { ja: '暗証番号は数字4桁で入力してください。', en: 'Enter the PIN as four digits.' },
  network: {
    ja: 'つながりませんでした。通信を確かめて、もう一度押してください。暗証番号の回数は減っていません。',
    en: 'No connection. Check the network and press again. This did not use up a PIN try.',
  },
  left: { ja: 'あと{n}回間違えるとロックされます。', en: '{n} more wrong tries will lock the card.' },
} as const satisfies Record<string, Words>

class Told extends Error {
  readonly field: string | null
  constructor(message: string, field: string | null = null) {
    super(message)
    this.field = field
  }
}

const field = (name: string) => document.querySelector<HTMLInputElement>(`#field-${name}`)

function tell(message: string): void {
  if (!alertBox) return
  const banner = document.createElement('div')
  banner.className = 'banner banner-attention'
  const body = document.createElement('div')
  body.className = 'banner-body'
  const title = document.createElement('p')
  title.className = 'banner-title'
  const word = document.createElement('span')
  word.className = 'banner-word'
  word.textContent = texts.word[lang]
  title.append(word, ' ', message)
  body.append(title)
  banner.append(body)
  alertBox.replaceChildren(banner)
  banner.scrollIntoView({ block: 'nearest' })
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

function cardIn(value: unknown): BrowserCardContent {
  // A file may be a person's entry of demo.json or the card alone.
  const outer = value as { card?: unknown } | null
  const card = (outer?.card ?? value) as Partial<BrowserCardContent> | null
  if (!card || !isText(card.certificatePem) || !isText(card.privateKeyPem) || !isText(card.pin)) throw new Told(texts.badFile[lang], 'file')
  return { certificatePem: card.certificatePem, privateKeyPem: card.privateKeyPem, pin: card.pin }
}

async function chosenCard(): Promise<BrowserCardContent> {
  const file = field('file')?.files?.[0]
  if (file) {
    const text = await file.text()
    try {
      return cardIn(JSON.parse(text))
    } catch {
      throw new Told(texts.badFile[lang], 'file')
    }
  }
  const n = document.querySelector<HTMLSelectElement>('#field-card')?.value
  if (!n) throw new Told(texts.noCard[lang], field('card') ? 'card' : 'file')
  return cardIn(await asked('GET', `/demo/cards/${encodeURIComponent(n)}`))
}

/** What the platform answered; a refusal becomes its own sentence in the page's language. */
async function asked(method: string, url: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method,
    headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch(() => {
    throw new Told(texts.network[lang])
  })
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>
  if (response.ok) return answer
  const issue = (answer.issue as { details?: { text?: string }; diagnostics?: string }[] | undefined)?.[0]
  const en = issue?.diagnostics?.replace(/^[a-z-]+: /, '')
  throw new Told((lang === 'ja' ? issue?.details?.text : en) ?? texts.network[lang])
}

/** Tries left of a card, kept under the digest of its certificate. */
async function counterOf(certificatePem: string) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(certificatePem)))
  const key = `enishi.card.${[...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
  return {
    read: async () => {
      const kept = localStorage.getItem(key)
      return kept === null ? null : Number(kept)
    },
    write: async (triesLeft: number) => localStorage.setItem(key, String(triesLeft)),
  }
}

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')

const bytesOf = (text: string) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))

async function signIn(): Promise<void> {
  const content = await chosenCard()
  const pin = field('pin')?.value.normalize('NFKC') ?? ''
  if (!/^\d{4}$/.test(pin)) throw new Told(texts.badPin[lang], 'pin')
  const card = browserCard(content, await counterOf(content.certificatePem))
  const { id, challenge } = await asked('POST', '/sign-in/card/challenge')
  const signature = await card.sign(pin, bytesOf(String(challenge)))
  const next = form?.querySelector<HTMLInputElement>('input[name="next"]')?.value
  const answer = await asked('POST', form?.getAttribute('action') ?? '/sign-in/card', {
    id,
    certificatePem: content.certificatePem,
    signature: base64url(signature),
    ...(next ? { next } : {}),
  })
  location.assign((await wantsPasskey(answer)) ? String(answer.offer) : String(answer.redirect))
}

const LATER_KEY = 'enishi.passkey-later'
const LATER_MS = 90 * 86_400_000

/** Whether to offer a passkey for the next time: this device can make one, and was not told 'later' in the last weeks. */
async function wantsPasskey({ offer }: Record<string, unknown>): Promise<boolean> {
  if (!isText(offer) || Date.now() - Number(localStorage.getItem(LATER_KEY) ?? 0) < LATER_MS) return false
  return (await window.PublicKeyCredential?.isUserVerifyingPlatformAuthenticatorAvailable?.()) === true
}

function explain(error: unknown): Told {
  if (error instanceof Told) return error
  if (!(error instanceof CardError)) return new Told(texts.badFile[lang], 'file')
  const left = error.code === 'card-pin-wrong' ? ` ${texts.left[lang].replace('{n}', String(error.triesLeft))}` : ''
  return new Told(`${cardErrors[error.code][lang]}${left}`, error.code === 'card-pin-wrong' ? 'pin' : null)
}

function start(target: HTMLFormElement): void {
  const button = target.querySelector<HTMLButtonElement>('button[type="submit"], button:not([type])')
  if (button) button.disabled = false
  let busy = false
  target.addEventListener('submit', (event) => {
    event.preventDefault()
    // Not disabled meanwhile: a disabled button would lose the focus.
    if (busy) return
    busy = true
    alertBox?.replaceChildren()
    if (statusLine) statusLine.textContent = texts.working[lang]
    signIn()
      .catch((error: unknown) => {
        const told = explain(error)
        const pin = field('pin')
        if (pin) pin.value = ''
        tell(told.message)
        if (told.field) field(told.field)?.focus()
      })
      .finally(() => {
        busy = false
        if (statusLine) statusLine.textContent = ''
      })
  })
  const cards = document.querySelector<HTMLSelectElement>('#field-card')
  cards?.addEventListener('change', () => void fillPin())
  // Chosen before this script ran, or kept by the browser over a reload.
  if (cards?.value) void fillPin()
}

/** The PINs of invented people are no secret; typing one is part of the demo all the same, so it can be changed. */
async function fillPin(): Promise<void> {
  const pin = field('pin')
  const n = document.querySelector<HTMLSelectElement>('#field-card')?.value
  if (!pin) return
  pin.value = ''
  if (!n) return
  const card = cardIn(await asked('GET', `/demo/cards/${encodeURIComponent(n)}`))
  // Answers may overtake each other while one goes through the list: only the card that is chosen now counts.
  if (document.querySelector<HTMLSelectElement>('#field-card')?.value === n) pin.value = card.pin
}

if (form) start(form)
