/** The apps that somebody let in, as they read them: a list, and what ending one will do. */
import type { ReactNode } from 'react'
import type { Lang } from '#kernel/language'
import {
  Banner,
  Button,
  ButtonRow,
  Card,
  DefinitionList,
  EmptyState,
  Form,
  formatDateTime,
  Ja,
  LinkButton,
  Section,
  Stack,
  Tag,
  Time,
  t,
} from '#ui'
import { forStaff, partsLetIn } from './scope-words.ts'

export type ConnectedApp = {
  grantId: string
  name: string
  maker: string
  /** What was let in, as scopes. */
  scopes: readonly string[]
  /** Whose record, where it is not their own. */
  patientName: string | null
  since: Date
  usedAt: Date
  until: Date
  endedAt: Date | null
  /** `person`, or who else ended it. */
  endedBy: string | null
}

type Look = { lang: Lang; now: Date; base: '/me/apps' | '/clinic/account/apps' }

export const isConnected = (app: ConnectedApp, now: Date): boolean => app.endedAt === null && app.until > now

/** What an app may see and do, a line each. */
function Allowed({ scopes, look: { lang, base } }: { scopes: readonly string[]; look: Look }): ReactNode {
  const parts = base === '/me/apps' ? partsLetIn(scopes) : partsLetIn(scopes).map(forStaff)
  if (parts.length === 0) return t(lang, { ja: '記録は見ません', en: 'Nothing of the record' })
  return (
    <ul>
      {parts.map((part) => (
        <li key={part.id}>
          {part.act === 'write' ? <Tag tone="attention">{t(lang, { ja: '書き込み', en: 'Writes' })}</Tag> : null} {t(lang, part.name)}
          {part.group === 'away' ? null : (
            <>
              {lang === 'ja' ? '：' : ': '}
              {part.about.map((one) => one[lang]).join(lang === 'ja' ? '、' : '; ')}
            </>
          )}
        </li>
      ))}
    </ul>
  )
}

const enders: Record<string, { ja: string; en: string }> = {
  person: { ja: 'あなたが終わらせました', en: 'You ended it' },
  operator: { ja: '運用担当者が終わらせました', en: 'An operator ended it' },
  app: { ja: 'アプリが自分で終わらせました', en: 'The app ended it itself' },
  replaced: { ja: 'あとから選び直した内容に替わりました', en: 'Replaced by what was chosen later' },
  reuse: { ja: '合いかぎが二度使われたため、安全のために終わらせました', en: 'Its key was used twice, so it was ended for safety' },
}

const Facts = ({ app, look }: { app: ConnectedApp; look: Look }): ReactNode => {
  const { lang, now } = look
  const time = (value: Date) => <Time value={value} lang={lang} withTime />
  return (
    <DefinitionList
      items={[
        { term: t(lang, { ja: 'つくった人', en: 'Made by' }), value: <Ja>{app.maker}</Ja> },
        ...(app.patientName === null ? [] : [{ term: t(lang, { ja: '誰の記録', en: 'Whose record' }), value: <Ja>{app.patientName}</Ja> }]),
        { term: t(lang, { ja: '見てよいもの', en: 'May see' }), value: <Allowed scopes={app.scopes} look={look} /> },
        { term: t(lang, { ja: 'いつから', en: 'Since' }), value: time(app.since) },
        { term: t(lang, { ja: '最後に使った', en: 'Last used' }), value: time(app.usedAt) },
        isConnected(app, now)
          ? { term: t(lang, { ja: '使わなければ終わる', en: 'Ends unused on' }), value: time(app.until) }
          : {
              term: t(lang, { ja: '終わり', en: 'Ended' }),
              value: (
                <>
                  {time(app.endedAt ?? app.until)}{' '}
                  {t(lang, enders[app.endedBy ?? ''] ?? { ja: '期限が過ぎました', en: 'Its time ran out' })}
                </>
              ),
            },
      ]}
    />
  )
}

function AppCard({ app, look }: { app: ConnectedApp; look: Look }): ReactNode {
  const { lang, now, base } = look
  const on = isConnected(app, now)
  return (
    <Card
      title={<Ja>{app.name}</Ja>}
      footer={
        on ? (
          <LinkButton
            href={`${base}/${encodeURIComponent(app.grantId)}/end`}
            ariaLabel={t(lang, { ja: `${app.name}をやめさせる`, en: `End ${app.name}` })}
          >
            {t(lang, { ja: 'やめさせる…', en: 'End…' })}
          </LinkButton>
        ) : null
      }
    >
      <p>
        {on ? (
          <Tag tone="success">{t(lang, { ja: 'つながっています', en: 'Connected' })}</Tag>
        ) : (
          <Tag>{t(lang, { ja: '終わりました', en: 'Ended' })}</Tag>
        )}
      </p>
      <Facts app={app} look={look} />
    </Card>
  )
}

const SHOWN_EARLIER = 30

/** The list. `empty`: how the first app comes here; `more`: what else stands below. */
export function ConnectedApps({
  apps,
  look,
  empty,
  more,
}: {
  apps: readonly ConnectedApp[]
  look: Look
  empty: ReactNode
  more?: ReactNode
}): ReactNode {
  const { lang, now } = look
  const [on, off] = [apps.filter((app) => isConnected(app, now)), apps.filter((app) => !isConnected(app, now))]
  const cards = (some: readonly ConnectedApp[]) => (
    <Stack>
      {some.map((app) => (
        <AppCard key={app.grantId} app={app} look={look} />
      ))}
    </Stack>
  )
  return (
    <>
      <Section title={t(lang, { ja: 'いまつながっているもの', en: 'Connected now' })}>
        {on.length > 0 ? (
          cards(on)
        ) : (
          <EmptyState lang={lang} title={t(lang, { ja: 'つながっているアプリはありません', en: 'No app is connected' })}>
            {empty}
          </EmptyState>
        )}
      </Section>
      {more}
      {off.length > 0 ? <Section title={t(lang, { ja: '終わったもの', en: 'Ended' })}>{cards(off.slice(0, SHOWN_EARLIER))}</Section> : null}
    </>
  )
}

export const AppEnded = ({ lang }: { lang: Lang }): ReactNode => (
  <Banner
    tone="success"
    lang={lang}
    title={t(lang, {
      ja: 'やめさせました。このアプリには、いまから何も見えません。',
      en: 'Ended. From now on this app sees nothing.',
    })}
  />
)

/** What ending an app will do, told before it happens. */
export function EndApp({ app, look }: { app: ConnectedApp; look: Look }): ReactNode {
  const { lang, now, base } = look
  if (!isConnected(app, now))
    return (
      <>
        <p>
          {t(lang, {
            ja: `このアプリは、${formatDateTime(app.endedAt ?? app.until, lang)}に終わっています。`,
            en: `This app ended on ${formatDateTime(app.endedAt ?? app.until, lang)}.`,
          })}
        </p>
        <ButtonRow>
          <LinkButton href={base}>{t(lang, { ja: '一覧に戻る', en: 'Back to the list' })}</LinkButton>
        </ButtonRow>
      </>
    )
  return (
    <>
      <Facts app={app} look={look} />
      <Section title={t(lang, { ja: 'やめさせると変わること', en: 'What changes' })}>
        <ul>
          <li>
            {t(lang, {
              ja: 'このアプリは、次に見ようとしたときから、何も見られません。',
              en: 'From its next look on, this app sees nothing.',
            })}
          </li>
          <li>
            {t(lang, {
              ja: 'アプリがすでに受け取った情報は、アプリの側に残ることがあります。消してほしいときは、つくった人に頼んでください。',
              en: 'What the app has received may stay with it. To have it deleted, ask its maker.',
            })}
          </li>
          <li>
            {t(lang, {
              ja: 'もう一度使いたくなったら、アプリを開いて、また選べます。',
              en: 'To use it again, open the app and choose anew.',
            })}
          </li>
        </ul>
      </Section>
      <div className="section">
        <Form action={`${base}/${encodeURIComponent(app.grantId)}/end`}>
          <ButtonRow>
            <Button variant="danger">{t(lang, { ja: 'やめさせる', en: 'End it' })}</Button>
            <LinkButton href={base}>{t(lang, { ja: 'そのままにして戻る', en: 'Back, keep it' })}</LinkButton>
          </ButtonRow>
        </Form>
      </div>
    </>
  )
}
