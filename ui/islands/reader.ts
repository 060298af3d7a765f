/**
 * The card reader's screen: lets the card sign the platform's challenge, shows who was read, and posts the person's
 * answer. The PIN and the card's key stay in this page. `countdown` empties the screen when nobody touches it.
 */
import { browserCard, type BrowserCardContent } from '../../adapters/mynumber-card/browser-card.ts'
import { CardError, cardErrors } from '../../adapters/mynumber-card/card-port.ts'

type Words = { ja: string; en: string }
type Refusal = { issue?: { details?: { text?: string }; diagnostics?: string }[] }
type Eligibility = { insurerName: string | null; copayPercent: number | null; validityName: Words; nextStep: Words; validity: string }
type CardAnswer = { eligibility: Eligibility; person: { name: string; nameOfOther: string } }

const lang = document.documentElement.lang === 'en' ? 'en' : 'ja'
const texts = {
  attention: { ja: '注意', en: 'Attention' },
  noCards: { ja: 'デモのカードがありません。受付にお声がけください。', en: 'There are no demo cards. Please ask at the desk.' },
  noCard: { ja: 'カードを選んでください。', en: 'Choose a card first.' },
  badPin: { ja: '暗証番号は数字4桁で入れてください。', en: 'Enter the PIN as four digits.' },
  network: { ja: 'つながりませんでした。もう一度押してください。', en: 'No connection. Please press again.' },
  left: { ja: 'あと{n}回間違えるとロックされます。', en: '{n} more wrong tries will lock the card.' },
  nothingTicked: {
    ja: '見せるものにしるしをつけるか、ほかのボタンを押してください。',
    en: 'Tick what you want to show, or press another button.',
  },
  hello: { ja: '{name} さん', en: '{name}' },
  cover: { ja: '保険を確認しました：{insurer}、窓口の負担 {share}割', en: 'Cover confirmed: {insurer}, you pay {percent}%' },
  noCover: { ja: '保険：{state}。受付でお話しください。', en: 'Cover: {state}. Please talk to the desk.' },
  shown: { ja: '明日の今ごろまで、次の情報を見せます。', en: 'Until this time tomorrow you show:' },
  refused: { ja: '今日は何も見せません。このまま診察を受けられます。', en: 'You show nothing today. You will be treated all the same.' },
} as const satisfies Record<string, Words>

const find = <E extends HTMLElement>(selector: string) => document.querySelector<E>(selector)
const alertBox = find('[data-reader-alert]')
let sessionId = ''

class Told extends Error {}

function tell(message: string): void {
  const banner = document.createElement('div')
  banner.className = 'banner banner-attention'
  const body = document.createElement('div')
  body.className = 'banner-body'
  const title = document.createElement('p')
  title.className = 'banner-title'
  const word = document.createElement('span')
  word.className = 'banner-word'
  word.textContent = texts.attention[lang]
  title.append(word, ' ', message)
  body.append(title)
  banner.append(body)
  alertBox?.replaceChildren(banner)
  banner.scrollIntoView({ block: 'nearest' })
}

async function asked<T>(method: 'GET' | 'POST', url: string, body?: object): Promise<T> {
  const headers = { accept: 'application/json', ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) }
  const response = await fetch(url, { method, headers, ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}) }).catch(() => {
    throw new Told(texts.network[lang])
  })
  const answer = (await response.json().catch(() => ({}))) as T & Refusal
  if (response.ok) return answer
  // Signed out at the desk: the sign-in page says what to do, and comes back here.
  if (response.status === 401) location.assign('/sign-in?next=/reader')
  const issue = answer.issue?.[0]
  throw new Told((lang === 'ja' ? issue?.details?.text : issue?.diagnostics?.replace(/^[a-z-]+: /, '')) ?? texts.network[lang])
}

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
const bytesOf = (text: string) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))

/** Tries left of a card, kept under the digest of its certificate, as the sign-in page keeps them. */
async function counterOf(certificatePem: string) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(certificatePem)))
  const key = `enishi.card.${[...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
  const read = async () => (localStorage.getItem(key) === null ? null : Number(localStorage.getItem(key)))
  return { read, write: async (triesLeft: number) => localStorage.setItem(key, String(triesLeft)) }
}

function show(name: 'card' | 'choose' | 'done'): void {
  alertBox?.replaceChildren()
  for (const panel of document.querySelectorAll<HTMLElement>('[data-reader-panel]')) panel.hidden = panel.dataset.readerPanel !== name
  const heading = find(`[data-reader-panel="${name}"] h2`)
  heading?.setAttribute('tabindex', '-1')
  heading?.focus()
  scrollTo(0, 0)
}

function showHolder({ eligibility, person }: CardAnswer): void {
  const put = (selector: string, text: string) => find(selector)?.replaceChildren(text)
  const { insurerName, copayPercent, validityName } = eligibility
  put('[data-reader-name]', texts.hello[lang].replace('{name}', person.nameOfOther || person.name))
  const cover =
    insurerName !== null && copayPercent !== null && eligibility.validity === '1'
      ? texts.cover[lang]
          .replace('{insurer}', insurerName)
          .replace('{share}', String(copayPercent / 10))
          .replace('{percent}', String(copayPercent))
      : texts.noCover[lang].replace('{state}', validityName[lang])
  put('[data-reader-cover]', cover)
}

async function readCard(): Promise<void> {
  const n = find<HTMLSelectElement>('#field-card')?.value
  const pinField = find<HTMLInputElement>('#field-pin')
  const pin = pinField?.value.normalize('NFKC') ?? ''
  if (pinField) pinField.value = ''
  if (!n) throw new Told(texts.noCard[lang])
  if (!/^\d{4}$/.test(pin)) throw new Told(texts.badPin[lang])
  const content = await asked<BrowserCardContent>('GET', `/demo/cards/${encodeURIComponent(n)}`)
  const card = browserCard(content, await counterOf(content.certificatePem))
  const { id, challenge } = await asked<{ id: string; challenge: string }>('POST', '/reader/sessions')
  const signature = await card.sign(pin, bytesOf(challenge))
  const answer = await asked<CardAnswer>('POST', `/reader/sessions/${encodeURIComponent(id)}/card`, {
    certificatePem: content.certificatePem,
    signature: base64url(signature),
  })
  sessionId = id
  showHolder(answer)
  show('choose')
}

async function answerKinds(wish: string): Promise<void> {
  const boxes = [...document.querySelectorAll<HTMLInputElement>('input[name="kind"]')]
  if (wish === 'chosen' && !boxes.some((box) => box.checked)) throw new Told(texts.nothingTicked[lang])
  const kinds = Object.fromEntries(boxes.map((box) => [box.value, wish === 'all' || (wish === 'chosen' && box.checked)]))
  const { allowed } = await asked<{ allowed: string[] }>('POST', `/reader/sessions/${encodeURIComponent(sessionId)}/consent`, { kinds })
  const names = boxes
    .filter((box) => allowed.includes(box.value))
    .map((box) => box.closest('.choice')?.querySelector('label')?.textContent ?? '')
  find('[data-reader-result]')?.replaceChildren(allowed.length > 0 ? texts.shown[lang] : texts.refused[lang])
  find('[data-reader-allowed]')?.replaceChildren(
    ...names.map((name) => {
      const item = document.createElement('li')
      item.textContent = name
      return item
    }),
  )
  show('done')
}

function explain(error: unknown): string {
  if (error instanceof Told) return error.message
  if (!(error instanceof CardError)) return texts.network[lang]
  const left = error.code === 'card-pin-wrong' ? ` ${texts.left[lang].replace('{n}', String(error.triesLeft))}` : ''
  return `${cardErrors[error.code][lang]}${left}`
}

/** One press at a time; a trembling hand presses twice. */
function onSubmit(panel: string, work: (wish: string) => Promise<void>): void {
  let busy = false
  find<HTMLFormElement>(`[data-reader-panel="${panel}"] form`)?.addEventListener('submit', (event) => {
    event.preventDefault()
    if (busy) return
    busy = true
    alertBox?.replaceChildren()
    const wish = event.submitter instanceof HTMLButtonElement ? event.submitter.value : ''
    work(wish)
      .catch((error: unknown) => tell(explain(error)))
      .finally(() => {
        busy = false
      })
  })
}

async function offerCards(): Promise<void> {
  const { cards } = await asked<{ cards: { n: number; name: string; birthDate: string }[] }>('GET', '/demo/cards').catch(() => ({
    cards: [],
  }))
  if (cards.length === 0) return tell(texts.noCards[lang])
  const options = cards.map(({ n, name, birthDate }) => new Option(`${name}（${birthDate}）`, String(n)))
  find<HTMLSelectElement>('#field-card')?.append(...options)
}

if (find('[data-reader]')) {
  onSubmit('card', readCard)
  onSubmit('choose', answerKinds)
  find('button[name="again"]')?.addEventListener('click', () => location.replace('/reader'))
  void offerCards()
}
