/**
 * Passkeys: asks the platform for a challenge, lets the device answer after it has checked its holder, and sends the answer.
 * `data-passkey="get"` proves, `"create"` makes one; `data-options` and `data-answer` say where. Where a field takes
 * `autocomplete="… webauthn"`, the browser offers passkeys in it too.
 */
import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser'

const lang = document.documentElement.lang === 'en' ? 'en' : 'ja'
type Words = { ja: string; en: string }
const texts = {
  word: { ja: '注意', en: 'Attention' },
  working: { ja: '端末の画面に従ってください…', en: 'Follow what your device shows…' },
  unsupported: {
    ja: 'このブラウザーではパスキーを使えません。ほかの方法をお使いください。',
    en: 'This browser cannot use passkeys. Please use another way.',
  },
  cancelled: {
    ja: 'パスキーの確認を終えられませんでした。取り消したか、時間が過ぎたか、この端末にパスキーがありません。もう一度押すか、ほかの方法をお使いください。',
    en: 'The passkey was not confirmed: it was cancelled, time ran out, or this device has none. Press again, or use another way.',
  },
  known: {
    ja: 'この端末には、もうパスキーがあります。',
    en: 'This device has a passkey already.',
  },
  unverified: {
    ja: 'この端末は、持ち主の確認（顔・指紋・暗証番号）ができないため使えません。',
    en: 'This device cannot check its holder (face, finger or PIN), so it cannot be used.',
  },
  network: {
    ja: 'つながりませんでした。通信を確かめて、もう一度押してください。',
    en: 'No connection. Check the network and press again.',
  },
} as const satisfies Record<string, Words>

class Told extends Error {}

const alertBox = document.querySelector<HTMLElement>('[data-passkey-alert]')
const statusLine = document.querySelector<HTMLElement>('[data-passkey-status]')

function tell(message: string): void {
  if (!alertBox) return
  const make = (name: string, className: string, ...children: (Node | string)[]) => {
    const element = document.createElement(name)
    element.className = className
    element.append(...children)
    return element
  }
  const title = make('p', 'banner-title', make('span', 'banner-word', texts.word[lang]), ` ${message}`)
  alertBox.replaceChildren(make('div', 'banner banner-attention', make('div', 'banner-body', title)))
  alertBox.scrollIntoView({ block: 'nearest' })
}

/** What the platform answered; a refusal becomes its own sentence, and a proof that is too old leads to where one proves it again. */
async function asked(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Told(texts.network[lang])
  })
  const answer: unknown = await response.json().catch(() => ({}))
  if (response.ok) return answer
  type Issue = { details?: { text?: string; coding?: { code?: string }[] }; diagnostics?: string }
  const issue = (answer as { issue?: Issue[] }).issue?.[0]
  if (issue?.details?.coding?.some(({ code }) => code === 'step-up-required')) {
    location.assign(`/sign-in/again?next=${encodeURIComponent(location.pathname + location.search)}`)
    return new Promise(() => {})
  }
  const en = issue?.diagnostics?.replace(/^[a-z-]+: /, '')
  throw new Told((lang === 'ja' ? issue?.details?.text : en) ?? texts.network[lang])
}

/** What travels along of the form around the button: a label, the page to go on to; never a password that stands there too. */
function fieldsAround(button: HTMLElement): Record<string, string> {
  const form = button.closest('form')
  const fields: Record<string, string> = {}
  for (const name of form ? ['label', 'next'] : []) {
    const value = new FormData(form ?? undefined).get(name)
    if (typeof value === 'string') fields[name] = value
  }
  if (button.dataset.next) fields.next = button.dataset.next
  return fields
}

async function run(button: HTMLElement): Promise<void> {
  const { options = '', answer = '' } = button.dataset
  const given = await asked(options, {})
  const response =
    button.dataset.passkey === 'create'
      ? await startRegistration({ optionsJSON: given as PublicKeyCredentialCreationOptionsJSON })
      : await startAuthentication({ optionsJSON: given as PublicKeyCredentialRequestOptionsJSON })
  const done = (await asked(answer, { ...fieldsAround(button), response })) as { redirect?: string }
  location.assign(done.redirect ?? location.href)
}

function explain(error: unknown): string {
  if (error instanceof Told) return error.message
  const code = error instanceof WebAuthnError ? error.code : ''
  if (code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED') return texts.known[lang]
  if (code === 'ERROR_AUTHENTICATOR_MISSING_USER_VERIFICATION_SUPPORT') return texts.unverified[lang]
  if (code === 'ERROR_AUTHENTICATOR_MISSING_DISCOVERABLE_CREDENTIAL_SUPPORT') return texts.unverified[lang]
  return texts.cancelled[lang]
}

function ready(button: HTMLButtonElement): void {
  button.disabled = false
  let busy = false
  button.addEventListener('click', (event) => {
    event.preventDefault()
    // Not disabled meanwhile: a disabled button would lose the focus.
    if (busy) return
    busy = true
    alertBox?.replaceChildren()
    if (statusLine) statusLine.textContent = texts.working[lang]
    run(button)
      .catch((error: unknown) => tell(explain(error)))
      .finally(() => {
        busy = false
        if (statusLine) statusLine.textContent = ''
        if (button.dataset.passkey === 'get') void offerInField(button)
      })
  })
}

/** A challenge lives two minutes, and somebody may sit before the page for longer: it is asked for anew in time. */
const ANEW_MS = 100_000
let timer: ReturnType<typeof setTimeout> | undefined

async function offerInField(button: HTMLElement): Promise<void> {
  clearTimeout(timer)
  if (!document.querySelector('input[autocomplete$="webauthn"]') || !(await browserSupportsWebAuthnAutofill())) return
  timer = setTimeout(() => void offerInField(button), ANEW_MS)
  try {
    const { options = '', answer = '' } = button.dataset
    const optionsJSON = (await asked(options, {})) as PublicKeyCredentialRequestOptionsJSON
    const response = await startAuthentication({ optionsJSON, useBrowserAutofill: true })
    const done = (await asked(answer, { ...fieldsAround(button), response })) as { redirect?: string }
    location.assign(done.redirect ?? location.href)
  } catch (error) {
    // Broken off by the button, or begun anew: nothing to say. What the platform refused is said.
    if (error instanceof Told && error.message !== texts.network[lang]) tell(error.message)
  }
}

document
  .querySelector('[data-passkey-later]')
  ?.closest('a')
  ?.addEventListener('click', () => {
    // Not asked again on this device for some weeks.
    localStorage.setItem('enishi.passkey-later', String(Date.now()))
  })

const buttons = [...document.querySelectorAll<HTMLButtonElement>('button[data-passkey]')]
if (browserSupportsWebAuthn()) {
  for (const button of buttons) ready(button)
  const prove = buttons.find((button) => button.dataset.passkey === 'get')
  if (prove) void offerInField(prove)
} else if (buttons.length > 0 && statusLine) statusLine.textContent = texts.unsupported[lang]
