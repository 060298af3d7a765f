import type { ReactNode } from 'react'
import { askableKinds } from '#care/consent'
import type { Lang } from '#kernel/language'
import {
  Banner,
  Button,
  ButtonRow,
  Checkbox,
  Countdown,
  Fieldset,
  Form,
  Grid,
  Ja,
  Page,
  renderPage,
  Section,
  Select,
  Stack,
  Steps,
  TextInput,
  t,
} from '#ui'
import { type AskedKind, askedKind } from './kinds.ts'

/** The screen empties itself when nobody touches it for this long. */
const IDLE_SECONDS = 90

const words = {
  title: { ja: '今日、この医療機関に記録を見せますか', en: 'May this clinic see your records today?' },
  place: { ja: 'カードを置く', en: 'Place your card' },
  choose: { ja: '選ぶ', en: 'Choose' },
  done: { ja: 'おわり', en: 'Done' },
}

/** Where the person is, of three. The island shows one of the three panels at a time. */
const Where = ({ lang, current }: { lang: Lang; current: number }): ReactNode => (
  <Steps
    lang={lang}
    current={current}
    steps={[{ title: t(lang, words.place) }, { title: t(lang, words.choose) }, { title: t(lang, words.done) }]}
  />
)

const CardPanel = ({ lang }: { lang: Lang }): ReactNode => (
  <div data-reader-panel="card">
    <Where lang={lang} current={0} />
    <Section
      title={t(lang, { ja: 'マイナンバーカードを置いて、暗証番号を入れてください', en: 'Place your My Number Card and enter the PIN' })}
      lead={t(lang, {
        ja: '暗証番号は数字4桁です。この機械の外には送られません。',
        en: 'The PIN is four digits. It never leaves this machine.',
      })}
    >
      <Form action="/reader" label={t(lang, words.place)}>
        <Select
          lang={lang}
          name="card"
          label={t(lang, { ja: 'デモのカード', en: 'Demo card' })}
          options={[{ value: '', label: t(lang, { ja: 'カードを選んでください', en: 'Choose a card' }) }]}
        />
        <TextInput
          lang={lang}
          name="pin"
          type="password"
          inputMode="numeric"
          autoComplete="off"
          maxLength={4}
          width="short"
          label={t(lang, { ja: '暗証番号（数字4桁）', en: 'PIN (four digits)' })}
        />
        <ButtonRow>
          <Button variant="primary" size="large">
            {t(lang, { ja: 'カードを読み取る', en: 'Read the card' })}
          </Button>
        </ButtonRow>
      </Form>
      <noscript>
        <Banner
          lang={lang}
          tone="attention"
          title={t(lang, {
            ja: 'この画面ではカードを読み取れません。受付にお声がけください。',
            en: 'This screen cannot read cards. Please ask at the desk.',
          })}
        />
      </noscript>
    </Section>
  </div>
)

const KindChoice = ({ lang, kind }: { lang: Lang; kind: AskedKind }): ReactNode => (
  <Checkbox name="kind" value={kind.kind} label={t(lang, kind)} hint={t(lang, kind.gain)} />
)

/** All three answers are buttons of one size: none is made easier than another. Nothing is ticked beforehand. */
const ChoosePanel = ({ lang }: { lang: Lang }): ReactNode => (
  <div data-reader-panel="choose" hidden>
    <Where lang={lang} current={1} />
    <Section
      title={t(lang, { ja: '医師や薬剤師に見せる情報', en: 'What the doctor or pharmacist may see' })}
      lead={t(lang, {
        ja: '24時間だけ見られます。いつでもやめられます。見せなくても、診察は受けられます。',
        en: 'For 24 hours only. You can stop it at any time. You will be treated whatever you choose.',
      })}
    >
      <Stack>
        <p>
          <strong data-reader-name />
          <br />
          <span data-reader-cover />
        </p>
      </Stack>
      <Form action="/reader" label={t(lang, words.choose)}>
        <Fieldset lang={lang} name="kind" label={t(lang, { ja: '見せるものにしるしをつけてください', en: 'Tick what you want to show' })}>
          <Grid>
            {askableKinds.map((kind) => (
              <KindChoice key={kind} lang={lang} kind={askedKind(kind)} />
            ))}
          </Grid>
        </Fieldset>
        <ButtonRow>
          <Button size="large" name="answer" value="chosen">
            {t(lang, { ja: 'しるしのものを見せる', en: 'Show what I ticked' })}
          </Button>
          <Button size="large" name="answer" value="all">
            {t(lang, { ja: 'ぜんぶ見せる', en: 'Show everything' })}
          </Button>
          <Button size="large" name="answer" value="none">
            {t(lang, { ja: '今日は見せない', en: 'Show nothing today' })}
          </Button>
        </ButtonRow>
      </Form>
    </Section>
  </div>
)

const DonePanel = ({ lang }: { lang: Lang }): ReactNode => (
  <div data-reader-panel="done" hidden>
    <Where lang={lang} current={3} />
    <Section title={t(lang, { ja: '受け付けました。カードをお取りください。', en: 'All done. Please take your card.' })}>
      <p data-reader-result role="status" />
      <ul data-reader-allowed />
      <ButtonRow>
        <Button type="button" variant="primary" size="large" name="again" value="1">
          {t(lang, { ja: 'おわる', en: 'Finish' })}
        </Button>
      </ButtonRow>
    </Section>
  </div>
)

/** The kiosk: three large steps, each with one question. */
export function readerPage({
  lang,
  path,
  institutionName,
  demo,
}: {
  lang: Lang
  path: string
  institutionName: string
  demo?: boolean
}): string {
  return renderPage(
    <Page
      title={t(lang, words.title)}
      lang={lang}
      audience="kiosk"
      path={path}
      lead={<Ja>{institutionName}</Ja>}
      demo={demo}
      islands={['reader', 'countdown']}
    >
      <div data-reader>
        <div data-reader-alert role="alert" />
        <CardPanel lang={lang} />
        <ChoosePanel lang={lang} />
        <DonePanel lang={lang} />
        <Countdown lang={lang} seconds={IDLE_SECONDS} href="/reader" />
      </div>
    </Page>,
  )
}
