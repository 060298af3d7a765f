/** One screen at a time, the way back, reading aloud, and a screen that empties itself when nobody is there. */
import { find, lang, says } from './words.ts'

/** Untouched for so long the screen asks whether somebody is still there; without an answer it empties itself after as long again. */
const ASK_AFTER_MS = 60_000
const CLEAR_AFTER_MS = 120_000

const alertBox = find('[data-reader-alert]')
const panels = [...document.querySelectorAll<HTMLElement>('[data-reader-panel]')]
const past: string[] = []
let touchedAt = Date.now()
let current = 'card'
/** The screen that `help` or `still` stands before. */
let covered: string | null = null
let voice = false

export const here = (): string => current

function reveal(name: string): void {
  current = name
  alertBox?.replaceChildren()
  for (const panel of panels) panel.hidden = panel.dataset.readerPanel !== name
  const back = find<HTMLButtonElement>('[data-reader-act="back"]')
  if (back) back.hidden = name === 'card' || name === 'help' || name === 'still'
  const field = name === 'pin' ? find('#field-pin') : find(`[data-reader-panel="${name}"] h2`)
  field?.focus()
  scrollTo(0, 0)
  read()
}

/** Goes on to a screen; `from` is remembered for the way back unless it cannot be gone back to. */
export function show(name: string, { remember = true } = {}): void {
  if (remember && name !== current) past.push(current)
  reveal(name)
}

/** Puts a screen before another, which comes back by `uncover`. */
export function cover(name: 'help' | 'still'): void {
  if (covered === null) covered = current
  reveal(name)
}

export function uncover(): void {
  const name = covered ?? current
  covered = null
  reveal(name)
}

/** @returns the screen gone back to; null where there is none */
export function goBack(): string | null {
  const name = past.pop()
  if (name === undefined) return null
  reveal(name)
  return name
}

/** Where the way back ends from now on: a card that was read is not read backwards. */
export function forgetWay(): void {
  past.length = 0
}

/** Fills a list of a screen. */
export function list(place: string, texts: readonly string[]): void {
  const items = texts.map((text) => Object.assign(document.createElement('li'), { textContent: text }))
  find(place)?.replaceChildren(...items)
}

/** Empties the screen and begins anew; the browser's own way back finds nothing either. */
export function clear(): void {
  document.body.replaceChildren()
  globalThis.speechSynthesis?.cancel()
  location.replace('/reader')
}

export function tell(message: string): void {
  const banner = document.createElement('div')
  banner.className = 'banner banner-attention'
  const body = document.createElement('div')
  body.className = 'banner-body'
  const title = document.createElement('p')
  title.className = 'banner-title'
  const word = document.createElement('span')
  word.className = 'banner-word'
  word.textContent = says('attention')
  title.append(word, ' ', message)
  body.append(title)
  banner.append(body)
  alertBox?.replaceChildren(banner)
  speak(message)
}

export const hush = (): void => alertBox?.replaceChildren()

function speak(text: string): void {
  if (!voice || !('speechSynthesis' in globalThis)) return
  speechSynthesis.cancel()
  const utterance = new SpeechSynthesisUtterance(text)
  utterance.lang = lang === 'en' ? 'en-GB' : 'ja-JP'
  utterance.rate = 0.85
  speechSynthesis.speak(utterance)
}

/** The question and the answers of the screen, without the small readings that a voice would say twice. */
function read(): void {
  const panel = panels.find((one) => one.dataset.readerPanel === current)
  if (!panel || !voice) return
  const parts = [...panel.querySelectorAll('h2, .kiosk-lead, .kiosk-button:not([hidden])')].map((element) => {
    const copy = element.cloneNode(true) as HTMLElement
    for (const reading of copy.querySelectorAll('rt, rp')) reading.remove()
    return copy.textContent ?? ''
  })
  speak(parts.join('。'))
}

export function toggle(button: HTMLElement, what: 'voice' | 'contrast'): void {
  const on = button.getAttribute('aria-pressed') !== 'true'
  button.setAttribute('aria-pressed', String(on))
  if (what === 'contrast') document.documentElement.classList.toggle('kiosk-contrast', on)
  else {
    voice = on
    if (on) read()
    else globalThis.speechSynthesis?.cancel()
  }
}

export function watchOverTheScreen(): void {
  const voiceButton = find('[data-reader-act="voice"]')
  if (voiceButton) voiceButton.hidden = !('speechSynthesis' in globalThis)
  const tick = (): void => {
    const idle = Date.now() - touchedAt
    // Who waits for the staff touches nothing; the platform's own ten minutes end that.
    if (current === 'card' || current === 'look' || (current === 'help' && covered === 'look')) return
    if (idle >= CLEAR_AFTER_MS) clear()
    else if (idle >= ASK_AFTER_MS && current !== 'still') cover('still')
  }
  const touch = (): void => {
    touchedAt = Date.now()
  }
  // Wall-clock time, not ticks: a sleeping tablet must clear when it wakes.
  setInterval(tick, 500)
  for (const kind of ['pointerdown', 'keydown', 'input', 'scroll']) addEventListener(kind, touch, { passive: true, capture: true })
  addEventListener('visibilitychange', tick)
  addEventListener('pageshow', (event) => {
    if (event.persisted) clear()
  })
}
