import type { ReactNode } from 'react'
import type { Extract, ExtractState } from '#care/emergency'
import type { Sentence } from '#kernel/language'
import {
  Banner,
  Button,
  ButtonRow,
  DefinitionList,
  Form,
  Ja,
  joinList,
  type Lang,
  LinkButton,
  renderPage,
  Section,
  Tag,
  Time,
  t,
} from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'
import { HOME, offlineCrumbs, places } from './parts.tsx'

const states: Record<ExtractState, Sentence> = {
  elsewhere: { ja: 'コマンドで作成', en: 'Made by the command' },
  waiting: { ja: '順番待ち', en: 'Waiting' },
  making: { ja: '作成中', en: 'Being made' },
  stopped: { ja: '止まっています', en: 'Stopped' },
  ready: { ja: 'できました', en: 'Ready' },
  gone: { ja: '消しました', en: 'Deleted' },
}

export function ExtractTag({ extract, lang }: { extract: Extract; lang: Lang }): ReactNode {
  const { state, people } = extract
  if (state === 'elsewhere' && people === null)
    return <Tag tone="attention">{t(lang, { ja: '途中で止まりました', en: 'Not finished' })}</Tag>
  return <Tag tone={state === 'stopped' ? 'attention' : state === 'ready' ? 'success' : undefined}>{t(lang, states[state])}</Tag>
}

/** Why it stopped. A code of the machine's is said as it is, for whoever looks after the machine. */
const stops: Record<string, Sentence> = {
  operator: { ja: '運用担当が止めました。', en: 'An operator stopped it.' },
  'disaster-not-open': { ja: '災害時の閲覧が閉じられました。', en: 'Disaster access was closed.' },
  ENOSPC: { ja: 'サーバーのディスクがいっぱいです。空けてから続けてください。', en: 'The server’s disk is full. Make room, then go on.' },
  keys: { ja: '鍵を開けません。作り直してください。', en: 'Its keys cannot be opened. Make a new one.' },
}
const stopWords = (code: string): Sentence =>
  Object.hasOwn(stops, code)
    ? stops[code]!
    : { ja: `サーバーで問題が起きました（${code}）。続けてみてください。`, en: `A fault on the server (${code}). Try to go on.` }

export type ExtractView = { extract: Extract; disasterName: string; mayAct: boolean; isOpenNow: boolean }

const isUnderWay = ({ state }: Extract) => state === 'waiting' || state === 'making'

/** How far is it, and how does one get it? */
export function extractPage(on: PageOf, view: ExtractView): string {
  const { lang } = on
  const { extract } = view
  const href = `${HOME}/extracts/${encodeURIComponent(extract.id)}`
  return renderPage(
    <OperatorPage
      on={on}
      here={HOME}
      title={t(lang, { ja: '持ち出しファイル', en: 'Extract' })}
      breadcrumbs={offlineCrumbs(lang)}
      {...(isUnderWay(extract) ? { refresh: { seconds: 3, href } } : {})}
    >
      <State view={view} on={on} href={href} />
      <Section title={t(lang, { ja: '内容', en: 'What it is' })}>
        <Facts view={view} lang={lang} />
      </Section>
      {extract.state === 'ready' ? <HandOver extract={extract} lang={lang} /> : null}
      {view.mayAct && extract.state === 'ready' ? (
        <Section
          title={t(lang, { ja: 'サーバーから消す', en: 'Delete it here' })}
          lead={t(lang, {
            ja: '渡したあとのファイルは残ります。期限が来ると、だれも開けません。',
            en: 'Copies that left stay; nobody opens them after their end.',
          })}
        >
          <Form action={`${href}/remove`} label={t(lang, { ja: 'サーバーから消す', en: 'Delete it here' })}>
            <ButtonRow>
              <Button variant="danger">{t(lang, { ja: 'サーバーから消す', en: 'Delete it here' })}</Button>
            </ButtonRow>
          </Form>
        </Section>
      ) : null}
    </OperatorPage>,
  )
}

function State({ view, on, href }: { view: ExtractView; on: PageOf; href: string }): ReactNode {
  const { lang } = on
  const { extract, mayAct, isOpenNow } = view
  if (isUnderWay(extract)) return <Progress extract={extract} lang={lang} href={href} mayAct={mayAct} />
  if (extract.state === 'stopped')
    return (
      <Banner lang={lang} tone="attention" title={t(lang, { ja: '途中で止まっています', en: 'It stopped on the way' })}>
        <p>{t(lang, stopWords(extract.stoppedFor))}</p>
        {mayAct && isOpenNow ? (
          <Form action={`${href}/go-on`} label={t(lang, { ja: '続きから作る', en: 'Go on' })}>
            <ButtonRow>
              <Button variant="primary">{t(lang, { ja: '続きから作る', en: 'Go on from there' })}</Button>
            </ButtonRow>
          </Form>
        ) : null}
      </Banner>
    )
  if (extract.state === 'ready')
    return (
      <Banner
        lang={lang}
        tone="success"
        title={t(lang, { ja: `${extract.people}人分のファイルができました`, en: `Ready: ${extract.people} people` })}
      >
        {mayAct && isOpenNow ? (
          <ButtonRow>
            <LinkButton variant="primary" href={`${href}/download`}>
              {t(lang, { ja: `受け取る（${sizeOf(extract.fileBytes)}）`, en: `Download (${sizeOf(extract.fileBytes)})` })}
            </LinkButton>
          </ButtonRow>
        ) : null}
      </Banner>
    )
  if (extract.state !== 'gone') return null
  return (
    <Banner
      lang={lang}
      tone="info"
      title={
        extract.stoppedFor === 'expired'
          ? t(lang, { ja: '期限が過ぎたので、ファイルを消しました', en: 'It expired, and its file was deleted' })
          : t(lang, { ja: 'ファイルを消しました', en: 'Its file was deleted' })
      }
    />
  )
}

function Progress({ extract, lang, href, mayAct }: { extract: Extract; lang: Lang; href: string; mayAct: boolean }): ReactNode {
  const { total, walked, state } = extract
  return (
    <Section title={t(lang, states[state])}>
      <p role="status">
        {total === 0
          ? t(lang, { ja: 'まもなく始まります。', en: 'It begins in a moment.' })
          : t(lang, {
              ja: `登録の${total}人のうち${walked}人を調べました。`,
              en: `${walked} of ${total} people of the register gone through.`,
            })}
      </p>
      <p>
        <progress value={walked} max={Math.max(1, total)} aria-label={t(lang, { ja: '進み具合', en: 'Progress' })} />
      </p>
      <p className="note">
        {t(lang, {
          ja: 'この画面を閉じても進みます。途中で止まっても、続きから作れます。',
          en: 'It goes on when you leave this page; after a stop it goes on from there.',
        })}
      </p>
      <ButtonRow>
        <LinkButton href={href}>{t(lang, { ja: '進み具合を見る', en: 'See how far it is' })}</LinkButton>
      </ButtonRow>
      {mayAct ? (
        <Form action={`${href}/stop`} label={t(lang, { ja: '止める', en: 'Stop' })}>
          <ButtonRow>
            <Button variant="quiet">{t(lang, { ja: '止める', en: 'Stop it' })}</Button>
          </ButtonRow>
        </Form>
      ) : null}
    </Section>
  )
}

const sizeOf = (bytes: number | null): string =>
  bytes === null ? '—' : bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`

function Facts({ view: { extract, disasterName }, lang }: { view: ExtractView; lang: Lang }): ReactNode {
  const none = '—'
  return (
    <DefinitionList
      items={[
        { term: t(lang, { ja: '災害', en: 'Disaster' }), value: <Ja>{disasterName || none}</Ja> },
        { term: t(lang, { ja: '状態', en: 'State' }), value: <ExtractTag extract={extract} lang={lang} /> },
        { term: t(lang, { ja: '地域', en: 'Area' }), value: places(extract.areas, lang) },
        { term: t(lang, { ja: '渡す相手', en: 'For' }), value: <Ja>{joinList(lang, extract.recipients)}</Ja> },
        {
          term: t(lang, { ja: '作った人', en: 'Made by' }),
          value: (
            <>
              <Ja>{extract.madeByName}</Ja> <Time value={extract.madeAt} lang={lang} withTime />
            </>
          ),
        },
        { term: t(lang, { ja: '期限', en: 'Ends' }), value: <Time value={extract.expiresAt} lang={lang} withTime /> },
        { term: t(lang, { ja: '人数', en: 'People' }), value: extract.people ?? none },
        {
          term: t(lang, { ja: '受け取った回数', en: 'Downloads' }),
          value: (
            <>
              {extract.fetched}{' '}
              {extract.fetchedAt ? (
                <span className="note">
                  <Time value={extract.fetchedAt} lang={lang} withTime />
                </span>
              ) : null}
            </>
          ),
        },
      ]}
    />
  )
}

function HandOver({ extract, lang }: { extract: Extract; lang: Lang }): ReactNode {
  return (
    <Section
      title={t(lang, { ja: '渡すとき', en: 'Handing it over' })}
      lead={t(lang, {
        ja: 'ファイルと合言葉は別々に。署名の指紋は紙で渡し、端末で同じか確かめてもらいます。',
        en: 'File and passphrase apart from each other; the fingerprint on paper, to be compared on the laptop.',
      })}
    >
      <DefinitionList
        items={[
          { term: t(lang, { ja: '署名の指紋', en: 'Fingerprint' }), value: <code className="code-inline">{extract.signer}</code> },
          {
            term: t(lang, { ja: 'ファイルの SHA-256', en: 'SHA-256 of the file' }),
            value: <code className="code-inline">{(extract.fileSha256 ?? '').match(/.{8}/g)?.join(' ')}</code>,
          },
          {
            term: t(lang, { ja: '端末で', en: 'On the laptop' }),
            value: <code className="code-inline">npm run enishi -- disaster offline FILE</code>,
          },
        ]}
      />
    </Section>
  )
}
