import type { ReactNode } from 'react'
import type { Lang, Sentence } from '#kernel/language'
import { type Refusal, refusalSentence } from '#kernel/refusal'
import {
  Banner,
  Button,
  ButtonRow,
  DefinitionList,
  EmptyState,
  Form,
  LinkButton,
  Page,
  ProblemPage,
  renderPage,
  Section,
  Table,
  Time,
  t,
} from '#ui'
import { type About, frame, homeOf } from '../page-frame.tsx'
import type { OutsideAudience, OutsideLink } from './model.ts'

/** The way in through an outside provider, beside the others. */
export function OutsideWay({
  lang,
  audience,
  name,
  next,
}: {
  lang: Lang
  audience: OutsideAudience
  name: Sentence
  next: string | null
}): ReactNode {
  const query = next === null ? '' : `?next=${encodeURIComponent(next)}`
  return (
    <Section
      title={t(lang, { ja: `${name.ja}で`, en: `With ${name.en}` })}
      lead={t(lang, {
        ja: `${name.ja}の画面に移って本人確認をし、ここに戻ります。はじめての方は、先に結び付けが要ります。`,
        en: `You prove who you are at ${name.en} and come back here. Before the first time it must be linked to you.`,
      })}
    >
      <ButtonRow>
        <LinkButton href={`/sign-in/outside/${audience}${query}`}>
          {t(lang, { ja: `${name.ja}でサインインする`, en: `Sign in with ${name.en}` })}
        </LinkButton>
      </ButtonRow>
    </Section>
  )
}

/** On the page of how somebody signs in: where they link the outside sign-in. */
export const OutsideEntry = ({ lang, base, name }: { lang: Lang; base: string; name: Sentence }): ReactNode => (
  <Section
    title={t(lang, name)}
    lead={t(lang, { ja: `結び付けておくと、${name.ja}でもサインインできます。`, en: `Once linked, you can sign in with ${name.en} too.` })}
  >
    <ButtonRow>
      <LinkButton href={`${base}/outside`}>{t(lang, { ja: '結び付きを確かめる', en: 'Check the link' })}</LinkButton>
    </ButtonRow>
  </Section>
)

/** Between the provider and us: our own page asks again, so that the browser sends what it only sends to pages of ours. */
export const comingPage = (about: About, href: string): string =>
  renderPage(
    <Page
      {...frame(about)}
      title={t(about.lang, { ja: 'サインインを続けています', en: 'Signing you in' })}
      lead={t(about.lang, {
        ja: '自動で進みます。進まないときは、下のボタンを押してください。',
        en: 'This goes on by itself. If it does not, press the button.',
      })}
    >
      <ButtonRow>
        <LinkButton href={href}>{t(about.lang, { ja: '進む', en: 'Go on' })}</LinkButton>
      </ButtonRow>
    </Page>,
  )

/** What could not be done, and the ways that stay. */
export function outsideProblemPage(about: About, { refusal, audience }: { refusal: Refusal; audience: OutsideAudience }): string {
  const { lang, actor } = about
  const [what, ...todo] = refusalSentence(refusal, lang).split(/(?<=。)|(?<=\.) /)
  const unlinked = refusal.code === 'outside-not-linked'
  const other = audience === 'citizen' ? '/sign-in/card' : '/sign-in/staff'
  const next = unlinked ? `?next=${audience === 'citizen' ? '/me/security/outside' : '/clinic/account/outside'}` : ''
  const isIn = actor.kind === 'citizen' || actor.kind === 'staff'
  return renderPage(
    <ProblemPage
      {...frame(about)}
      title={t(lang, { ja: '外部のサインインができませんでした', en: 'The outside sign-in did not work' })}
      what={what}
      whatToDo={todo.join(' ')}
      action={
        isIn ? (
          <LinkButton href={homeOf(actor)}>{t(lang, { ja: '自分のページへ', en: 'To your page' })}</LinkButton>
        ) : (
          <>
            <LinkButton variant="primary" href={`${other}${next}`}>
              {audience === 'citizen'
                ? t(lang, { ja: 'カードで入る', en: 'Sign in by card' })
                : t(lang, { ja: '職員のサインインへ', en: 'To the staff sign-in' })}
            </LinkButton>
            {audience === 'staff' && unlinked ? (
              <LinkButton href="/sign-in/invitation">{t(lang, { ja: '案内のコードを使う', en: 'Use an invitation' })}</LinkButton>
            ) : null}
          </>
        )
      }
    />,
  )
}

export type LinksView = {
  base: string
  name: Sentence
  links: readonly OutsideLink[]
  issuer: string
  isProven: boolean
  proveHref: string
}

/** Which outside sign-ins lead to somebody, for themselves. */
export function linksPage(about: About, view: LinksView): string {
  const { lang } = about
  const { name, base } = view
  const mine = view.links.some((link) => link.issuer === view.issuer)
  return renderPage(
    <Page
      {...frame(about)}
      audience={about.actor.kind === 'staff' ? 'staff' : 'citizen'}
      title={t(lang, { ja: `${name.ja}との結び付き`, en: `Your link with ${name.en}` })}
      lead={t(lang, {
        ja: `結び付けると、次から${name.ja}でサインインできます。何を見たかは、${name.ja}には伝わりません。`,
        en: `Once linked, you can sign in with ${name.en}. It is not told what you look at here.`,
      })}
      breadcrumbs={[{ href: base.replace(/\/outside$/, ''), label: t(lang, { ja: 'サインインの安全', en: 'Sign-in and security' }) }]}
    >
      <Links lang={lang} view={view} />
      {mine ? null : (
        <Section title={t(lang, { ja: '結び付ける', en: 'Link it' })}>
          {view.isProven ? (
            <Form action={`${base}/start`} label={t(lang, { ja: '結び付ける', en: 'Link it' })}>
              <ButtonRow>
                <Button variant="primary">{t(lang, { ja: `${name.ja}と結び付ける`, en: `Link with ${name.en}` })}</Button>
              </ButtonRow>
            </Form>
          ) : (
            <ProveFirst lang={lang} href={view.proveHref} />
          )}
        </Section>
      )}
    </Page>,
  )
}

const ProveFirst = ({ lang, href }: { lang: Lang; href: string }): ReactNode => (
  <Banner tone="info" lang={lang} title={t(lang, { ja: '先にもう一度、本人確認をします。', en: 'Please prove first that it is you.' })}>
    <LinkButton href={href}>{t(lang, { ja: '本人確認をする', en: 'Prove it' })}</LinkButton>
  </Banner>
)

const Links = ({ lang, view }: { lang: Lang; view: LinksView }): ReactNode => (
  <Table
    lang={lang}
    caption={t(lang, { ja: '結び付いている外部のサインイン', en: 'Outside sign-ins linked to you' })}
    rows={view.links}
    rowKey={(link) => `${link.issuer} ${link.subject}`}
    empty={<EmptyState lang={lang} title={t(lang, { ja: 'まだ結び付いていません', en: 'Not linked yet' })} />}
    columns={[
      {
        key: 'where',
        header: t(lang, { ja: '外部のサインイン', en: 'Outside sign-in' }),
        cell: (link) => (link.issuer === view.issuer ? view.name[lang] : link.issuer),
      },
      { key: 'since', header: t(lang, { ja: '結び付けた日', en: 'Linked' }), cell: (link) => <Time value={link.linkedAt} lang={lang} /> },
      {
        key: 'act',
        header: t(lang, { ja: '操作', en: 'Action' }),
        cell: (link) => (
          <Form
            action={`${view.base}/end`}
            hidden={{ issuer: link.issuer, subject: link.subject }}
            label={t(lang, { ja: '結び付きを終わらせる', en: 'Unlink' })}
          >
            <Button>{t(lang, { ja: '結び付きを終わらせる', en: 'Unlink' })}</Button>
          </Form>
        ),
      },
    ]}
  />
)

/** Before the browser leaves: where it goes, and what for. */
export function leavingPage(about: About, { name, href, host }: { name: Sentence; href: string; host: string }): string {
  const { lang } = about
  return renderPage(
    <Page
      {...frame(about)}
      audience={about.actor.kind === 'staff' ? 'staff' : about.actor.kind === 'citizen' ? 'citizen' : 'public'}
      title={t(lang, { ja: `${name.ja}の画面に移ります`, en: `Next: the page of ${name.en}` })}
      lead={t(lang, {
        ja: 'そこで本人確認をすると、ここに戻り、結び付けが終わります。10分以内に済ませてください。',
        en: 'Prove there who you are; you then come back here and the link is made. It must be done within ten minutes.',
      })}
    >
      <DefinitionList items={[{ term: t(lang, { ja: '移る先', en: 'Where to' }), value: host }]} />
      <ButtonRow>
        <LinkButton variant="primary" size="large" href={href}>
          {t(lang, { ja: '移る', en: 'Go there' })}
        </LinkButton>
      </ButtonRow>
    </Page>,
  )
}
