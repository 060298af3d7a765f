import type { ReactNode } from 'react'
import { askableKinds, textOn } from '#care/consent'
import type { Lang } from '#kernel/language'
import { Banner, Form, Ja, Page, renderPage, Select, t } from '#ui'
import { askedKind } from './kinds.ts'
import { Say, Screen } from './reader-screen.tsx'
import { PairScreen, type Shown, Troubles } from './reader-troubles.tsx'
import { plain, readerSays, readerWords as words } from './reader-words.ts'

const CardScreen = ({ lang, bridge }: Shown): ReactNode => (
  <Screen
    lang={lang}
    name="card"
    step={1}
    shown
    ask={<Say lang={lang} text={words.cardAsk} />}
    lead={<Say lang={lang} text={words.cardLead} />}
  >
    <Form action="/reader" label={plain(words.cardAsk[lang])}>
      {bridge === null ? (
        <Select lang={lang} name="card" label={t(lang, words.demoCard)} options={[{ value: '', label: t(lang, words.chooseCard) }]} />
      ) : null}
      <button type="submit" className="kiosk-button kiosk-primary">
        <span>
          <Say lang={lang} text={words.placed} />
        </span>
      </button>
    </Form>
    <noscript>
      <Banner lang={lang} tone="attention" title={t(lang, words.noScript)} />
    </noscript>
  </Screen>
)

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9']

const PinScreen = ({ lang }: { lang: Lang }): ReactNode => (
  <Screen lang={lang} name="pin" step={2} ask={<Say lang={lang} text={words.pinAsk} />} lead={<Say lang={lang} text={words.pinLead} />}>
    <Form action="/reader" label={plain(words.pinAsk[lang])}>
      {/* No name: it could not be posted even where the script failed. */}
      <label className="visually-hidden" htmlFor="field-pin">
        {words.pinField[lang]}
      </label>
      <input id="field-pin" className="input kiosk-pin" type="password" inputMode="none" autoComplete="off" maxLength={4} />
      <div className="kiosk-keys">
        {DIGITS.map((digit) => (
          <button key={digit} type="button" className="kiosk-key" data-reader-digit={digit}>
            {digit}
          </button>
        ))}
        <button type="button" className="kiosk-key kiosk-key-word" data-reader-digit="delete">
          {words.pinDelete[lang]}
        </button>
        <button type="button" className="kiosk-key" data-reader-digit="0">
          0
        </button>
        <button type="submit" className="kiosk-key kiosk-key-word kiosk-primary">
          {words.ok[lang]}
        </button>
      </div>
    </Form>
    <p className="kiosk-note" data-reader-demo-pin data-text={words.pinDemo[lang]} />
  </Screen>
)

/** Yes or no to one kind; what the doctor gains by it stands below the question. */
function KindScreens({ lang }: { lang: Lang }): ReactNode {
  return askableKinds.map((kind, i) => {
    const asked = askedKind(kind)
    return (
      <Screen
        key={kind}
        lang={lang}
        name={`kind-${kind}`}
        step={3}
        ask={words.kindAsk[lang].replace('{kind}', asked[lang])}
        lead={t(lang, asked.gain)}
        buttons={[
          { text: words.yes, act: 'kind-yes' },
          { text: words.no, act: 'kind-no' },
        ]}
      >
        <p className="kiosk-note" data-reader-kind={kind} data-reader-kind-name={asked[lang]}>
          {words.kindCount[lang].replace('{of}', String(askableKinds.length)).replace('{n}', String(i + 1))}
        </p>
      </Screen>
    )
  })
}

/** What was shown today goes on, where the person says so: every answer the same size, none chosen beforehand. */
function LongerScreen({ lang, today }: { lang: Lang; today: string }): ReactNode {
  const { text, version } = textOn('standing-reader', today)
  return (
    <Screen
      lang={lang}
      name="longer"
      step={4}
      ask={<Say lang={lang} text={words.longerAsk} />}
      lead={<span data-reader-longer={version}>{text[lang]}</span>}
      buttons={[
        { text: words.longerNo, act: 'longer-no' },
        { text: words.longerThree, act: 'longer-3' },
        { text: words.longerYear, act: 'longer-12' },
      ]}
    />
  )
}

const Screens = ({ lang, bridge, today }: Shown & { today: string }): ReactNode => (
  <>
    <CardScreen lang={lang} bridge={bridge} />
    {bridge === null ? null : <PairScreen lang={lang} />}
    <Screen
      lang={lang}
      name="way"
      step={2}
      ask={<Say lang={lang} text={words.wayAsk} />}
      lead={<Say lang={lang} text={words.wayLead} />}
      buttons={[
        { text: words.wayPin, act: 'pin' },
        { text: words.wayFace, act: 'face' },
        { text: words.wayLook, act: 'look' },
      ]}
    />
    <PinScreen lang={lang} />
    <Screen
      lang={lang}
      name="face"
      step={2}
      ask={<Say lang={lang} text={words.faceAsk} />}
      lead={<Say lang={lang} text={words.faceLead} />}
      buttons={[
        { text: words.faceYes, act: 'face-yes' },
        { text: words.faceNo, act: 'face-no' },
        { text: words.wayLook, act: 'look' },
      ]}
    />
    <Screen
      lang={lang}
      name="look"
      step={2}
      ask={<Say lang={lang} text={words.lookAsk} />}
      lead={<Say lang={lang} text={words.lookLead} />}
    />
    <Screen
      lang={lang}
      name="choose"
      step={3}
      ask={<Say lang={lang} text={words.chooseAsk} />}
      lead={<Say lang={lang} text={words.chooseLead} />}
      buttons={[
        { text: words.chooseAll, act: 'all' },
        { text: words.chooseSome, act: 'some' },
        { text: words.chooseNone, act: 'none' },
      ]}
    >
      <p className="kiosk-holder">
        <strong data-reader-name lang="ja" />
        <span data-reader-chart />
        <span data-reader-cover />
      </p>
    </Screen>
    <KindScreens lang={lang} />
    <Screen
      lang={lang}
      name="done"
      step={4}
      ask={<Say lang={lang} text={words.doneAsk} />}
      buttons={[
        { text: words.finish, act: 'finish', look: 'primary' },
        // Shown by the script to who proved themselves by PIN and shows something; nobody is led there.
        { text: words.longer, act: 'longer', hidden: true },
      ]}
    >
      <div role="status">
        <p data-reader-result />
        <ul className="kiosk-list" data-reader-allowed />
      </div>
    </Screen>
    <LongerScreen lang={lang} today={today} />
    <Troubles lang={lang} bridge={bridge} />
  </>
)

const Tools = ({ lang }: { lang: Lang }): ReactNode => (
  <div className="kiosk-tools">
    <button type="button" className="kiosk-tool" data-reader-act="voice" aria-pressed="false" hidden>
      {words.voice[lang]}
    </button>
    <button type="button" className="kiosk-tool" data-reader-act="contrast" aria-pressed="false">
      {words.contrast[lang]}
    </button>
  </div>
)

/** Back, and somebody to ask: below every screen. */
const Ground = ({ lang }: { lang: Lang }): ReactNode => (
  <div className="kiosk-ground">
    <button type="button" className="kiosk-button kiosk-small" data-reader-act="back" hidden>
      {words.back[lang]}
    </button>
    <button type="button" className="kiosk-button kiosk-small" data-reader-act="call">
      <span>
        <Say lang={lang} text={words.call} />
      </span>
    </button>
  </div>
)

export type ReaderPage = {
  lang: Lang
  path: string
  institutionName: string
  institutionNumber: string
  /** Day in Japan, by which the words that are shown are chosen. */
  today: string
  bridge?: string | null
  demo?: boolean
}

/** The kiosk: one question a screen. Sentences that the script speaks travel with the page, so that languages stand in one table. */
export function readerPage({ lang, path, institutionName, institutionNumber, today, bridge = null, demo }: ReaderPage): string {
  const says = Object.fromEntries(Object.entries(readerSays).map(([name, word]) => [name, word[lang]]))
  return renderPage(
    <Page
      title={t(lang, words.title)}
      titleHidden
      lang={lang}
      audience="kiosk"
      path={path}
      lead={<Ja>{institutionName}</Ja>}
      demo={demo}
      islands={['reader']}
    >
      <div
        className="kiosk"
        data-reader
        data-reader-institution={institutionNumber}
        data-reader-bridge={bridge ?? undefined}
        data-reader-says={JSON.stringify(says)}
        data-reader-old-card={words.oldCardAsk[lang]}
      >
        <div className="kiosk-top">
          <p className="kiosk-place">
            <Ja>{institutionName}</Ja>
          </p>
          <Tools lang={lang} />
        </div>
        <div data-reader-alert role="alert" />
        <Screens lang={lang} bridge={bridge} today={today} />
        <Ground lang={lang} />
      </div>
    </Page>,
  )
}
