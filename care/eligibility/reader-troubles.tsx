/** What the reader's screen shows where something does not go well, each with a way on; and the one screen that is for the staff. */
import type { ReactNode } from 'react'
import type { Lang } from '#kernel/language'
import { Form } from '#ui'
import { Say, Screen } from './reader-screen.tsx'
import { readerWords as words } from './reader-words.ts'

/** `bridge`: null where the demo's cards are used. */
export type Shown = { lang: Lang; bridge: string | null }

/** For the staff, once: the code by which the program beside this page knows it. */
export const PairScreen = ({ lang }: { lang: Lang }): ReactNode => (
  <Screen lang={lang} name="pair" ask={words.pairAsk[lang]} lead={words.pairLead[lang]}>
    <Form action="/reader" label={words.pairAsk[lang]}>
      <label htmlFor="field-code">{words.pairCode[lang]}</label>
      {/* No name: it could not be posted even where the script failed. */}
      <input id="field-code" className="input input-short" inputMode="numeric" autoComplete="off" maxLength={11} />
      <button type="submit" className="kiosk-button kiosk-primary">
        <span>{words.pairDo[lang]}</span>
      </button>
    </Form>
  </Screen>
)

export const Troubles = ({ lang, bridge }: Shown): ReactNode => (
  <>
    <Screen
      lang={lang}
      name="locked"
      step={2}
      ask={<Say lang={lang} text={words.lockedAsk} />}
      lead={<Say lang={lang} text={bridge === null ? words.lockedLead : words.lockedLeadDesk} />}
      buttons={
        bridge === null
          ? [
              { text: words.wayFace, act: 'face' },
              { text: words.wayLook, act: 'look' },
            ]
          : [{ text: words.finish, act: 'finish' }]
      }
    />
    {bridge === null ? null : (
      <Screen
        lang={lang}
        name="machine"
        ask={<Say lang={lang} text={words.machineAsk} />}
        lead={<Say lang={lang} text={words.machineLead} />}
        buttons={[{ text: words.tryAgain, act: 'finish', look: 'primary' }]}
      >
        <p className="kiosk-note">
          {words.machineNote[lang]}
          <span data-reader-machine />
        </p>
      </Screen>
    )}
    <Screen
      lang={lang}
      name="unlinked"
      ask={<Say lang={lang} text={words.unlinkedAsk} />}
      lead={<Say lang={lang} text={words.unlinkedLead} />}
      buttons={[
        { text: words.haveOld, act: 'old-card' },
        { text: words.finish, act: 'finish' },
      ]}
    />
    <Screen
      lang={lang}
      name="replaced"
      ask={<Say lang={lang} text={words.replacedAsk} />}
      lead={<Say lang={lang} text={words.replacedLead} />}
      buttons={[{ text: words.again, act: 'finish', look: 'primary' }]}
    />
    <Screen
      lang={lang}
      name="problem"
      ask={<Say lang={lang} text={words.problemAsk} />}
      buttons={[{ text: words.again, act: 'finish', look: 'primary' }]}
    >
      <p className="kiosk-lead" data-reader-problem />
    </Screen>
    <Screen
      lang={lang}
      name="help"
      ask={<Say lang={lang} text={words.helpAsk} />}
      lead={<Say lang={lang} text={words.helpLead} />}
      buttons={[{ text: words.goOn, act: 'go-on', look: 'primary' }]}
    />
    <Screen
      lang={lang}
      name="still"
      ask={<Say lang={lang} text={words.stillAsk} />}
      lead={<Say lang={lang} text={words.stillLead} />}
      buttons={[
        { text: words.stillYes, act: 'go-on', look: 'primary' },
        { text: words.finish, act: 'finish' },
      ]}
    />
  </>
)
