/** The example app of the demo region: asks to be let in, and shows what it was let see. It has no rights but its token's. */
import { type App, arrive, begin, forget, kept, renew, type Tokens } from './demo-app/oauth.ts'
import { show } from './demo-app/record.ts'

const lang = document.documentElement.lang === 'en' ? 'en' : 'ja'
const place = document.querySelector<HTMLElement>('[data-demo-app]')
const status = document.querySelector<HTMLElement>('[data-demo-status]')
const connect = document.querySelector<HTMLButtonElement>('[data-demo-connect]')
const again = document.querySelector<HTMLButtonElement>('[data-demo-again]')
const record = document.querySelector<HTMLElement>('[data-demo-record]')

const texts = {
  connecting: { ja: 'つないでいます…', en: 'Connecting …' },
  reading: { ja: '読んでいます…', en: 'Reading …' },
  read: { ja: '読みました。', en: 'Read.' },
  denied: { ja: '見せないことになりました。このアプリには何も見えません。', en: 'You did not let it in. This app sees nothing.' },
  ended: {
    ja: 'もう見られません。やめさせたか、時間が過ぎました。もう一度つなげます。',
    en: 'It may no longer look: it was ended, or its time ran out. You can connect again.',
  },
  failed: { ja: 'つなげませんでした。はじめからやり直してください。', en: 'Could not connect. Please begin again.' },
  elsewhere: { ja: 'このアプリは、この縁の記録だけを読みます。', en: 'This app reads the records of this Enishi alone.' },
  none: { ja: '記録はありません。', en: 'No records.' },
  notLet: { ja: '見せないことになっています。', en: 'Not let in.' },
} as const

const say = (text: keyof typeof texts): void => {
  if (status) status.textContent = texts[text][lang]
}
const said = { none: texts.none[lang], notLet: texts.notLet[lang], failed: texts.failed[lang] }

async function shown(app: App, tokens: Tokens): Promise<void> {
  say('reading')
  const good = await show(app, tokens, said, lang)
  if (record) record.hidden = !good
  if (again) again.hidden = !good
  if (connect) connect.hidden = good
  if (!good) forget()
  say(good ? 'read' : 'ended')
}

/** Reads again with renewed tokens where there is something to renew them by. */
async function readAgain(app: App): Promise<void> {
  const tokens = kept()
  if (tokens === null) return
  const renewed = tokens.refresh_token === undefined ? { tokens } : await renew(app, tokens)
  if ('tokens' in renewed) return shown(app, renewed.tokens)
  forget()
  if (record) record.hidden = true
  if (again) again.hidden = true
  if (connect) connect.hidden = false
  say('ended')
}

async function start(app: App): Promise<void> {
  const query = new URLSearchParams(location.search)
  const launch = query.get('launch')
  if (launch !== null) {
    if (query.get('iss') !== app.fhir) return say('elsewhere')
    say('connecting')
    return begin(app, launch)
  }
  const arrived = await arrive(app)
  if (arrived === null) {
    const tokens = kept()
    if (tokens !== null) await shown(app, tokens)
    return
  }
  if ('tokens' in arrived) return shown(app, arrived.tokens)
  say(arrived.refused === 'access_denied' ? 'denied' : 'failed')
}

if (place) {
  const { demoApp: clientId = '', fhir = '', redirect = '', scopes = '' } = place.dataset
  const app: App = { clientId, fhir, redirect, scopes }
  const tried = (work: Promise<void>): void => void work.catch(() => say('failed'))
  connect?.addEventListener('click', () => {
    say('connecting')
    tried(begin(app, null))
  })
  again?.addEventListener('click', () => tried(readAgain(app)))
  if (connect) connect.disabled = false
  tried(start(app))
}
