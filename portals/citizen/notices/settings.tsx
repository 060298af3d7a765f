import type { ReactNode } from 'react'
import { type Channel, maskedAddress, type Wish, wishes } from '#care/notice'
import type { Lang, Sentence } from '#kernel/language'
import { Button, Fieldset, Form, Radio, Section, Stack, Table, TextInput, Time, t } from '#ui'
import { type About, citizenPage } from '../frame.tsx'
import { Said, type saidWords } from './pages.tsx'

export type SettingsView = {
  wish: Wish
  channels: readonly Channel[]
  available: { push: boolean; mail: boolean }
  /** The platform's public key, to which browsers subscribe; '' where push is not to be had. */
  publicKey: string
  said: keyof typeof saidWords | null
}

const wishWords: Record<Wish, { label: Sentence; hint: Sentence }> = {
  each: { label: { ja: 'そのつど', en: 'Each time' }, hint: { ja: 'お知らせがあるたびに', en: 'Whenever there is a notice' } },
  daily: { label: { ja: '1日に1回', en: 'Once a day' }, hint: { ja: '朝8時に、まとめて', en: 'At eight in the morning, together' } },
  none: { label: { ja: '知らせない', en: 'Never' }, hint: { ja: 'このページで、自分で確かめます', en: 'You look at this page yourself' } },
}

function WishForm({ wish, lang }: { wish: Wish; lang: Lang }): ReactNode {
  const label = t(lang, { ja: 'ふだんのお知らせ', en: 'Ordinary notices' })
  return (
    <Form action="/me/notices/settings" label={label}>
      <Fieldset
        lang={lang}
        name="ordinary"
        label={label}
        hint={t(lang, {
          ja: '緊急や災害で記録が開かれたとき、情報が漏れたおそれがあるときは、いつでもすぐに知らせます。',
          en: 'Emergencies, disasters and breaches are always told at once.',
        })}
      >
        {wishes.map((one) => (
          <Radio
            key={one}
            name="ordinary"
            value={one}
            label={wishWords[one].label[lang]}
            hint={wishWords[one].hint[lang]}
            checked={one === wish}
          />
        ))}
      </Fieldset>
      <Button variant="primary">{t(lang, { ja: '保存する', en: 'Save' })}</Button>
    </Form>
  )
}

const states: Record<Channel['state'], Sentence> = {
  asked: { ja: '確認待ち：届いたメールの案内を開いてください', en: 'Waiting: open the link in the mail' },
  live: { ja: '使っています', en: 'In use' },
  parked: {
    ja: '続けて届かなかったので休んでいます。次のお知らせのときに、もう一度試します',
    en: 'Nothing arrived for days. It is tried again with the next notice',
  },
  ended: { ja: '届かなくなりました。外して、登録し直してください', en: 'It no longer works. Remove it and enter it again' },
}

const labelOf = (channel: Channel, lang: Lang): string =>
  channel.kind === 'mail' ? maskedAddress(channel.address) : channel.label || t(lang, { ja: 'ブラウザー', en: 'A browser' })

const Channels = ({ channels, lang }: { channels: readonly Channel[]; lang: Lang }): ReactNode => (
  <Table
    lang={lang}
    caption={t(lang, { ja: '届け先', en: 'Where signs go' })}
    rows={channels}
    rowKey={(c) => c.id}
    empty={<p>{t(lang, { ja: '届け先はまだありません。', en: 'None yet.' })}</p>}
    columns={[
      { key: 'where', header: t(lang, { ja: '届け先', en: 'Where' }), cell: (c) => labelOf(c, lang) },
      { key: 'since', header: t(lang, { ja: '登録した日', en: 'Since' }), cell: (c) => <Time value={c.madeAt} lang={lang} /> },
      { key: 'state', header: t(lang, { ja: '状態', en: 'State' }), cell: (c) => states[c.state][lang] },
      {
        key: 'remove',
        header: t(lang, { ja: 'やめる', en: 'Stop' }),
        cell: (c) => (
          <Form
            action={`/me/notices/channels/${encodeURIComponent(c.id)}/remove`}
            label={`${labelOf(c, lang)}: ${t(lang, { ja: '外す', en: 'Remove' })}`}
          >
            <Button variant="secondary" ariaLabel={`${t(lang, { ja: '外す', en: 'Remove' })}: ${labelOf(c, lang)}`}>
              {t(lang, { ja: '外す', en: 'Remove' })}
            </Button>
          </Form>
        ),
      },
    ]}
  />
)

/** Needs the browser: hidden until its script has found that it can. */
const PushHere = ({ lang, publicKey }: { lang: Lang; publicKey: string }): ReactNode => (
  <div data-push data-push-key={publicKey}>
    <p data-push-status role="status">
      {t(lang, { ja: 'この端末で使えるかを確かめています。', en: 'Finding out whether this device can be told.' })}
    </p>
    <noscript>
      <p>
        {t(lang, {
          ja: 'この端末への通知には、ブラウザーのスクリプトが必要です。メールはスクリプトなしで使えます。',
          en: 'Notifications need script. Mail works without.',
        })}
      </p>
    </noscript>
    <div data-push-act hidden>
      <Button type="button">{t(lang, { ja: 'この端末に知らせる', en: 'Tell this device' })}</Button>
    </div>
  </div>
)

const Unavailable = ({ lang, what }: { lang: Lang; what: Sentence }): ReactNode => (
  <p>
    {t(lang, {
      ja: `ここでは、${what.ja}は使えません。お知らせは「お知らせ」のページで読めます。`,
      en: `${what.en} cannot be had here. You can read your notices on the page “Notices”.`,
    })}
  </p>
)

/** How the person is told outside the portal. */
export function settingsPage(about: About, view: SettingsView): string {
  const { lang } = about
  const { available } = view
  return citizenPage(about, {
    here: '/me/notices',
    title: t(lang, { ja: 'お知らせの受け取り方', en: 'How you are told' }),
    lead: t(lang, {
      ja: '端末やメールには「新しいお知らせがあります」とだけ届きます。病気や病院の名前は、どこにも送りません。',
      en: 'Devices and mail only get “You have a new notice”. Names of illnesses or hospitals are never sent.',
    }),
    breadcrumbs: [{ href: '/me/notices', label: t(lang, { ja: 'お知らせ', en: 'Notices' }) }],
    islands: available.push ? ['notice-push'] : [],
    children: (
      <>
        <Said said={view.said} lang={lang} />
        <Section title={t(lang, { ja: 'いつ知らせるか', en: 'When' })}>
          <WishForm wish={view.wish} lang={lang} />
        </Section>
        <Section title={t(lang, { ja: 'この端末', en: 'This device' })}>
          {available.push ? (
            <PushHere lang={lang} publicKey={view.publicKey} />
          ) : (
            <Unavailable lang={lang} what={{ ja: '端末への通知', en: 'Notifications on devices' }} />
          )}
        </Section>
        <Section title={t(lang, { ja: 'メール', en: 'Mail' })}>
          {available.mail ? (
            <Form action="/me/notices/mail" label={t(lang, { ja: 'メールアドレスを登録する', en: 'Enter a mail address' })}>
              <TextInput
                lang={lang}
                name="address"
                type="email"
                autoComplete="email"
                label={t(lang, { ja: 'メールアドレス', en: 'Mail address' })}
                hint={t(lang, {
                  ja: '確認の案内が届きます。前のアドレスがあれば、置き換わります。',
                  en: 'You will get a link to confirm it. It replaces an earlier address.',
                })}
                maxLength={254}
              />
              <Button>{t(lang, { ja: '確認の案内を送る', en: 'Send the link' })}</Button>
            </Form>
          ) : (
            <Unavailable lang={lang} what={{ ja: 'メールでの知らせ', en: 'Mail' }} />
          )}
        </Section>
        {available.push || available.mail || view.channels.length > 0 ? (
          <Section title={t(lang, { ja: 'いまの届け先', en: 'Where signs go now' })}>
            <Stack>
              <Channels channels={view.channels} lang={lang} />
            </Stack>
          </Section>
        ) : null}
      </>
    ),
  })
}
