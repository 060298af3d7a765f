/**
 * The card reader's screen: one question at a time. The card signs the platform's challenge after its PIN, or without it where
 * the reader compares faces or the staff look; then the person answers. PIN, key and picture stay in this page.
 */
import { CardError, ReaderError, readerErrors } from '../../adapters/mynumber-card/card-port.ts'
import { chosenFaceCheck } from '../../adapters/mynumber-card/face-check.ts'
import { isPaired, pair, placedCard, type PlacedCard } from './reader/card-source.ts'
import { asked, base64url, bytesOf, Told } from './reader/exchange.ts'
import { clear, cover, forgetWay, goBack, here, hush, list, show, tell, toggle, uncover, watchOverTheScreen } from './reader/screens.ts'
import { bridge, find, lang, oldCardAsk, says } from './reader/words.ts'

type Words = { ja: string; en: string }
type Eligibility = { insurerName: string | null; copayPercent: number | null; validityName: Words; validity: string }
type Named = { name: string; nameOfOther: string }
type CardResult = { eligibility: Eligibility; person: Named; chartNumber: string | null; provenBy: string }
type Session = { id: string; challenge: string }

let content: PlacedCard | null = null
let sessionId = ''
/** Session in which a genuine card of nobody was read, while its person shows the old one. */
let newCardSession: string | null = null
const answers = new Map<string, boolean>()
/** How the person was proven; by PIN alone they may also agree for longer. */
let provenBy = ''
const kinds = [...document.querySelectorAll<HTMLElement>('[data-reader-kind]')]
const kindOf = (element: HTMLElement) => element.dataset.readerKind ?? ''
const pinField = () => find<HTMLInputElement>('#field-pin')
const put = (selector: string, text: string) => find(selector)?.replaceChildren(text)

const chosen = (): PlacedCard => {
  if (content === null) throw new Told(says('noCard'), 'no-card')
  return content
}
const openSession = () => asked<Session>('POST', '/reader/sessions')
const at = (id: string, what: string) => `/reader/sessions/${encodeURIComponent(id)}/${what}`

function received({ eligibility, person, chartNumber, provenBy: by }: CardResult, id: string): void {
  sessionId = id
  provenBy = by
  const { insurerName, copayPercent, validityName, validity } = eligibility
  put('[data-reader-name]', says('hello', { name: person.nameOfOther || person.name }))
  put('[data-reader-chart]', chartNumber === null ? '' : says('chart', { number: chartNumber }))
  const covered = insurerName !== null && copayPercent !== null && validity === '1'
  const share = { share: String((copayPercent ?? 0) / 10), percent: String(copayPercent) }
  put('[data-reader-cover]', covered ? says('cover', { insurer: insurerName, ...share }) : says('noCover', { state: validityName[lang] }))
  forgetWay()
  show('choose', { remember: false })
}

async function placeCard(): Promise<void> {
  if (bridge !== '') tell(says('reading'))
  const placed = await placedCard()
  content = placed
  const note = find('[data-reader-demo-pin]')
  if (note && placed.pin !== undefined) note.textContent = (note.dataset.text ?? '').replace('{pin}', placed.pin)
  // A card on a plain reader answers after its PIN alone.
  show(newCardSession === null && placed.signWithoutPin ? 'way' : 'pin')
}

async function byPin(): Promise<void> {
  const field = pinField()
  const pin = field?.value.normalize('NFKC') ?? ''
  if (!/^\d{4}$/.test(pin)) throw new Told(says('badPin'), 'bad-pin')
  if (field) field.value = ''
  const card = chosen()
  try {
    const { id, challenge } = await openSession()
    const signature = base64url(await card.sign(pin, bytesOf(challenge)))
    const answer = { certificatePem: card.certificatePem, signature }
    if (newCardSession === null) return received(await asked<CardResult>('POST', at(id, 'card'), answer).catch(unlinkedAt(id)), id)
    await asked('POST', at(id, 'replace-card'), { ...answer, newCardSession })
    newCardSession = null
    forgetWay()
    show('replaced', { remember: false })
  } catch (error) {
    // Nothing was lost: the same press does it all again, with a challenge of its own.
    if (error instanceof Told && error.code === 'network' && field) field.value = pin
    throw error
  }
}

/** Remembers where a card of nobody was read, so that the old card can vouch for it. */
const unlinkedAt =
  (id: string) =>
  (error: unknown): never => {
    if (error instanceof Told && error.code === 'card-not-linked' && newCardSession === null) sessionId = id
    throw error
  }

async function withoutPin(what: 'face' | 'visual', more: object): Promise<{ id: string; answer: CardResult }> {
  const card = chosen()
  const { id, challenge } = await openSession()
  if (!card.signWithoutPin) throw new Told(says('noCard'), 'no-card')
  const signature = base64url(await card.signWithoutPin(bytesOf(challenge)))
  const body = { certificatePem: card.certificatePem, signature, ...more }
  return { id, answer: await asked<CardResult>('POST', at(id, what), body).catch(unlinkedAt(id)) }
}

async function byFace(outcome: boolean): Promise<void> {
  const matched = await chosenFaceCheck(() => outcome).matches()
  const { id, answer } = await withoutPin('face', { matched })
  received(answer, id)
}

async function byLook(): Promise<void> {
  const { id } = await withoutPin('visual', {})
  show('look')
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 2000))
    // Gone back meanwhile: nobody waits for this look any more.
    if (here() !== 'look' && here() !== 'help') return
    const state = await asked<{ state: string }>('GET', at(id, 'state')).then(
      (answer) => answer.state,
      () => 'waiting',
    )
    if (state === 'waiting') continue
    if (state !== 'confirmed') {
      goBack()
      throw new Told(says(state === 'refused' ? 'lookNo' : 'lookLate'), 'look')
    }
    return received(await asked<CardResult>('GET', at(id, 'card')), id)
  }
}

async function keepAnswer(wish: (kind: string) => boolean): Promise<void> {
  const given = Object.fromEntries(kinds.map((element) => [kindOf(element), wish(kindOf(element))]))
  const key = `${sessionId}-${kinds.map((element) => (given[kindOf(element)] ? 1 : 0)).join('')}`
  const { allowed } = await asked<{ allowed: string[] }>('POST', at(sessionId, 'consent'), { kinds: given }, key)
  put('[data-reader-result]', says(allowed.length > 0 ? 'shown' : 'refused'))
  const names = kinds.filter((element) => allowed.includes(kindOf(element))).map((element) => element.dataset.readerKindName ?? '')
  list('[data-reader-allowed]', names)
  offerLonger(allowed.length > 0 && provenBy === 'pin')
  show('done')
}

function offerLonger(offered: boolean): void {
  const button = find<HTMLButtonElement>('[data-reader-act="longer"]')
  if (button) button.hidden = !offered
}

async function agreeLonger(months: number): Promise<void> {
  const textVersion = find('[data-reader-longer]')?.dataset.readerLonger ?? ''
  const { lastDay } = await asked<{ lastDay: string }>(
    'POST',
    at(sessionId, 'standing'),
    { months, textVersion },
    `${sessionId}-${months}m`,
  )
  const [year, month, day] = lastDay.split('-').map(Number)
  put('[data-reader-result]', says('shownLonger', { until: lang === 'ja' ? `${year}年${month}月${day}日` : lastDay }))
  offerLonger(false)
  forgetWay()
  show('done', { remember: false })
}

async function answerKind(yes: boolean): Promise<void> {
  const now = kinds.findIndex((element) => here() === `kind-${kindOf(element)}`)
  answers.set(kindOf(kinds[now]!), yes)
  const next = kinds[now + 1]
  if (next) show(`kind-${kindOf(next)}`)
  else await keepAnswer((kind) => answers.get(kind) === true)
}

function showOldCard(): void {
  newCardSession = sessionId
  content = null
  const select = find<HTMLSelectElement>('#field-card')
  if (select) select.value = ''
  put('[data-reader-panel="card"] h2', oldCardAsk)
  show('card')
}

const acts: Record<string, (button: HTMLElement) => unknown> = {
  pin: () => show('pin'),
  face: () => show('face'),
  look: byLook,
  'face-yes': () => byFace(true),
  'face-no': () => byFace(false),
  all: () => keepAnswer(() => true),
  none: () => keepAnswer(() => false),
  some: () => show(`kind-${kindOf(kinds[0]!)}`),
  'kind-yes': () => answerKind(true),
  'kind-no': () => answerKind(false),
  longer: () => show('longer'),
  'longer-3': () => agreeLonger(3),
  'longer-12': () => agreeLonger(12),
  'longer-no': () => goBack(),
  'old-card': showOldCard,
  finish: clear,
  'go-on': uncover,
  call: () => {
    cover('help')
    return asked('POST', '/reader/call')
  },
  // From a card that was read there is no way back but a new beginning.
  back: () => goBack() ?? clear(),
  voice: (button) => toggle(button, 'voice'),
  contrast: (button) => toggle(button, 'contrast'),
}

const cannotGoOn = /^(card-refused|card-not-linked|card-stopped|card-ended|card-of-another)$/

function wrongPin({ code, triesLeft }: CardError): void {
  if (code === 'card-locked') show('locked')
  else tell(triesLeft === 1 ? says('lastPin') : says('wrongPin', { n: String(triesLeft) }))
}

/** What is to be done about the card is said to the person; what is wrong with the machine, to the staff who are called. */
function readerTrouble({ code }: ReaderError): void {
  if (code === 'bridge-not-paired' || code === 'bridge-code-wrong') {
    show('pair')
    if (code === 'bridge-code-wrong') tell(readerErrors[code][lang])
  } else if (code === 'card-other') tell(says('otherCard'))
  else if (code.startsWith('card-') && code !== 'card-in-use') tell(says('placeAgain'))
  else {
    put('[data-reader-machine]', readerErrors[code][lang])
    show('machine')
  }
}

async function pairHere(): Promise<void> {
  const field = find<HTMLInputElement>('#field-code')
  await pair(field?.value ?? '')
  if (field) field.value = ''
  clear()
}

/** What the person can do next, where something did not go well. */
function explain(error: unknown): void {
  if (error instanceof CardError) wrongPin(error)
  else if (error instanceof ReaderError) readerTrouble(error)
  else if (!(error instanceof Told)) tell(says('network'))
  else if (error.code === 'card-not-linked' && newCardSession === null) show('unlinked')
  else if (error.code === 'face-no-match') tell(says('faceNo'))
  else if (!cannotGoOn.test(error.code)) tell(error.message)
  else {
    put('[data-reader-problem]', error.message)
    show('problem')
  }
}

let busy = false
/** One press at a time; a trembling hand presses twice. Waiting for the staff keeps nobody from pressing. */
async function press(work: () => unknown, { waits = false } = {}): Promise<void> {
  if (busy) return
  busy = !waits
  hush()
  try {
    await work()
  } catch (error) {
    explain(error)
  } finally {
    if (!waits) busy = false
  }
}

function pressDigit(digit: string): void {
  const field = pinField()
  if (!field) return
  field.value = digit === 'delete' ? field.value.slice(0, -1) : (field.value + digit).slice(0, 4)
}

async function offerCards(): Promise<void> {
  const { cards } = await asked<{ cards: { n: number; name: string; birthDate: string }[] }>('GET', '/demo/cards').catch(() => ({
    cards: [],
  }))
  if (cards.length === 0) tell(says('noCards'))
  find<HTMLSelectElement>('#field-card')?.append(...cards.map(({ n, name, birthDate }) => new Option(`${name}（${birthDate}）`, String(n))))
}

function begin(): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-reader-act]'))
    button.addEventListener('click', () => {
      const act = button.dataset.readerAct ?? ''
      void press(() => acts[act]?.(button), { waits: act === 'look' || act === 'call' })
    })
  for (const key of document.querySelectorAll<HTMLElement>('[data-reader-digit]'))
    key.addEventListener('click', () => pressDigit(key.dataset.readerDigit ?? ''))
  for (const [panel, work] of [
    ['card', placeCard],
    ['pin', byPin],
    ['pair', pairHere],
  ] as const)
    find<HTMLFormElement>(`[data-reader-panel="${panel}"] form`)?.addEventListener('submit', (event) => {
      event.preventDefault()
      void press(work)
    })
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && find('[data-reader-act="back"]')?.hidden === false) void press(() => goBack() ?? clear())
  })
  watchOverTheScreen()
  if (bridge === '') void offerCards()
  else if (!isPaired()) show('pair', { remember: false })
}

if (find('[data-reader]')) begin()
