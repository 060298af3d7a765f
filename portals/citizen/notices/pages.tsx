import type { ReactNode } from 'react'
import { MOST_UNREAD, type Notice, textOf, titleOf } from '#care/notice'
import type { Lang } from '#kernel/language'
import { Banner, Button, ButtonRow, Card, EmptyState, Form, Ja, LinkButton, Pagination, Stack, Tag, Time, t } from '#ui'
import { type About, citizenPage } from '../frame.tsx'

export type NoticesView = { notices: readonly Notice[]; total: number; unread: number; page: number; pageSize: number; acting: boolean }

/** A title with the names in it marked as the Japanese they are. */
function Named({ text, facts }: { text: string; facts: Notice['facts'] }): ReactNode {
  const names = [facts.staffName, facts.institutionName].filter((name) => name !== undefined && name !== '' && text.includes(name))
  const [name] = names
  if (name === undefined) return text
  const [before, ...after] = text.split(name)
  return (
    <>
      <Named text={before ?? ''} facts={facts} />
      <Ja>{name}</Ja>
      <Named text={after.join(name)} facts={facts} />
    </>
  )
}

function One({ notice, lang }: { notice: Notice; lang: Lang }): ReactNode {
  const unread = notice.readAt === null
  return (
    <Card
      title={
        <>
          {unread ? <Tag tone="accent">{t(lang, { ja: '未読', en: 'Unread' })}</Tag> : null}{' '}
          <Named text={titleOf(notice, lang)} facts={notice.facts} />
        </>
      }
      footer={
        <Form action={`/me/notices/${encodeURIComponent(notice.id)}/open`}>
          <ButtonRow>
            <Button
              variant={unread ? 'secondary' : 'quiet'}
              ariaLabel={`${t(lang, { ja: '確かめる', en: 'See more' })}: ${titleOf(notice, lang)}`}
            >
              {t(lang, { ja: '確かめる', en: 'See more' })}
            </Button>
          </ButtonRow>
        </Form>
      }
    >
      <p>{textOf(notice, lang)}</p>
      <p className="note">
        <Time value={notice.at} lang={lang} withTime />
      </p>
    </Card>
  )
}

const Nothing = ({ lang }: { lang: Lang }): ReactNode => (
  <EmptyState lang={lang} title={t(lang, { ja: 'お知らせはまだありません', en: 'No notices yet' })}>
    <p>
      {t(lang, {
        ja: 'はじめての医療機関があなたの情報に触れたとき、緊急で記録が開かれたとき、質問に答えが届いたときに、ここでお知らせします。',
        en: 'You are told here when an institution touches your data for the first time, when your record is opened in an emergency, and when a question is answered.',
      })}
    </p>
  </EmptyState>
)

function leadOf({ unread, total }: NoticesView, lang: Lang): string {
  if (total === 0) return t(lang, { ja: 'あなたの情報に何かあったときに、ここに出ます。', en: 'What happens to your data is told here.' })
  if (unread === 0) return t(lang, { ja: '読んでいないお知らせはありません。', en: 'You have read everything.' })
  const many = unread >= MOST_UNREAD
  return t(lang, {
    ja: `読んでいないお知らせが${unread}件${many ? '以上' : ''}あります。`,
    en: `${many ? 'At least ' : ''}${unread} unread ${unread === 1 ? 'notice' : 'notices'}.`,
  })
}

/** What the person is told, newest first. */
export function noticesPage(about: About, view: NoticesView): string {
  const { lang } = about
  const { notices, total, unread, page, pageSize } = view
  const first = (page - 1) * pageSize
  return citizenPage(about, {
    here: '/me/notices',
    title: t(lang, { ja: 'お知らせ', en: 'Notices' }),
    lead: leadOf(view, lang),
    children: (
      <Stack>
        {unread > 0 ? (
          <Form action="/me/notices/read" label={t(lang, { ja: 'すべて読んだことにする', en: 'Mark all as read' })}>
            <ButtonRow>
              <Button>{t(lang, { ja: 'すべて読んだことにする', en: 'Mark all as read' })}</Button>
            </ButtonRow>
          </Form>
        ) : null}
        {notices.length === 0 ? <Nothing lang={lang} /> : notices.map((n) => <One key={n.id} notice={n} lang={lang} />)}
        <Pagination
          lang={lang}
          previousHref={page > 1 ? `/me/notices?page=${page - 1}` : undefined}
          nextHref={first + notices.length < total ? `/me/notices?page=${page + 1}` : undefined}
          position={t(lang, {
            ja: `${first + 1}〜${first + notices.length}件（全${total}件）`,
            en: `${first + 1}–${first + notices.length} of ${total}`,
          })}
        />
        <ButtonRow>
          {view.acting ? null : (
            <LinkButton href="/me/notices/settings">{t(lang, { ja: 'お知らせの受け取り方', en: 'How you are told' })}</LinkButton>
          )}
          <LinkButton href="/me/questions" variant="quiet">
            {t(lang, { ja: 'あなたの質問', en: 'Your questions' })}
          </LinkButton>
        </ButtonRow>
      </Stack>
    ),
  })
}

/** The page that a mail's link opens: one button, so that a program which follows links confirms nothing. */
export const confirmMailPage = (about: About, token: string): string =>
  citizenPage(about, {
    here: '/me/notices',
    title: t(about.lang, { ja: 'このアドレスでお知らせを受け取る', en: 'Get notices at this address' }),
    lead: t(about.lang, {
      ja: '下のボタンを押すと、このメールを受け取ったアドレスに、お知らせがあることが届くようになります。内容はメールには書きません。',
      en: 'Press the button, and signs of new notices go to the address that got this mail. Mail never says what they are about.',
    }),
    breadcrumbs: [{ href: '/me/notices/settings', label: t(about.lang, { ja: 'お知らせの受け取り方', en: 'How you are told' }) }],
    children: (
      <Form
        action={`/me/notices/mail/${encodeURIComponent(token)}`}
        label={t(about.lang, { ja: 'アドレスの確認', en: 'Confirm the address' })}
      >
        <ButtonRow>
          <Button variant="primary">{t(about.lang, { ja: '受け取る', en: 'Confirm' })}</Button>
        </ButtonRow>
      </Form>
    ),
  })

export const saidWords = {
  saved: { ja: '受け取り方を変えました', en: 'Saved' },
  asked: {
    ja: '確認のメールを送りました。届いた案内を24時間以内に開いてください',
    en: 'A confirmation mail is on its way. Open its link within 24 hours',
  },
  confirmed: { ja: 'メールで受け取れるようになりました', en: 'Signs now come by mail' },
  subscribed: { ja: 'この端末に知らせるようにしました', en: 'This device will be told' },
  removed: { ja: '届け先を外しました', en: 'It was removed' },
} as const

export const Said = ({ said, lang }: { said: keyof typeof saidWords | null; lang: Lang }): ReactNode =>
  said === null ? null : <Banner tone="success" lang={lang} title={saidWords[said][lang]} />
