/** The page on which somebody lets an app see a record. Works without script. */
import type { ReactNode } from 'react'
import type { Lang, Sentence } from '#kernel/language'
import { DEMO_APP } from '#portals/demo-app'
import {
  Banner,
  Button,
  ButtonRow,
  Checkbox,
  DefinitionList,
  ErrorSummary,
  Form,
  formatDate,
  Ja,
  Page,
  RadioGroup,
  renderPage,
  Section,
  Tag,
  t,
} from '#ui'
import { policyLeadingTo } from '../launch/rules.ts'
import { type About, frame } from '../page-frame.tsx'
import type { AskedFor, ConsentApp, ConsentProps } from './model.ts'
import { askedParts, forStaff, type Part } from './scope-words.ts'

const relations: Record<AskedFor, Sentence> = {
  self: { ja: 'ご自身の記録', en: 'your own record' },
  parent: { ja: 'お子さまの記録', en: 'your child’s record' },
  guardian: { ja: '後見している方の記録', en: 'the record of the person you are guardian of' },
  curator: { ja: '保佐している方の記録', en: 'the record of the person you are curator of' },
  family: { ja: 'ご家族の記録', en: 'the record of your relative' },
}

/** The page's policy: its form is answered by the app's address. @param redirectUri as registered for the app */
export const consentPolicy = (redirectUri: string): Record<string, string> => policyLeadingTo([redirectUri])

/** What is asked, part by part; each part may be left out. */
export function consentPage(about: About, props: ConsentProps): string {
  const { lang } = about
  const { app, error, by } = props
  const asked = askedParts(props.scopes)
  const parts = by === 'staff' ? asked.map(forStaff) : asked
  return renderPage(
    <Page
      {...frame(about)}
      audience={by === 'staff' ? 'public' : 'citizen'}
      title={
        by === 'staff'
          ? t(lang, { ja: `「${app.name}」に患者の記録を見せますか`, en: `Let “${app.name}” see patients’ records?` })
          : t(lang, { ja: `「${app.name}」に記録を見せますか`, en: `Let “${app.name}” see your record?` })
      }
      lead={t(lang, {
        ja: '見せるものだけに印を残してください。見せないものは、印を外せます。',
        en: 'Leave a mark at what it may see. Take the mark away from what it may not.',
      })}
      hasErrors={error !== null}
    >
      <ErrorSummary lang={lang} errors={error === null ? [] : [{ message: error.message }]} />
      <AboutApp lang={lang} app={app} isExample={about.demo !== null && app.clientId === DEMO_APP} />
      <Form
        action={`/oauth/interaction/${encodeURIComponent(props.interactionUid)}`}
        hidden={props.picked === null ? {} : { picked: props.picked }}
        label={t(lang, { ja: '見せるものを選ぶ', en: 'Choose what it may see' })}
      >
        <ForWhom lang={lang} props={props} />
        <Parts lang={lang} parts={parts} props={props} />
        <HowLong lang={lang} props={props} away={parts.some((part) => part.group === 'away')} />
        <ButtonRow>
          <Button variant="primary" size="large" name="decision" value="allow">
            {t(lang, { ja: '見せる', en: 'Let it' })}
          </Button>
          <Button variant="secondary" size="large" name="decision" value="deny">
            {t(lang, { ja: '見せない', en: 'Do not' })}
          </Button>
        </ButtonRow>
      </Form>
    </Page>,
  )
}

function AboutApp({ lang, app, isExample }: { lang: Lang; app: ConsentApp; isExample: boolean }): ReactNode {
  return (
    <>
      <div className="app-sign">
        <span className="app-logo" aria-hidden="true">
          {app.logoText}
        </span>
        <p>
          <strong>
            <Ja>{app.name}</Ja>
          </strong>
          <br />
          {t(lang, { ja: 'つくった人：', en: 'Made by ' })}
          <Ja>{app.maker}</Ja>
          {app.homepage === null ? null : (
            <>
              <br />
              <a href={app.homepage} rel="noreferrer">
                {t(lang, { ja: 'このアプリについて', en: 'About this app' })}
              </a>
            </>
          )}
        </p>
      </div>
      {isExample ? (
        <Banner
          tone="info"
          lang={lang}
          title={t(lang, {
            ja: 'しくみを試すための例です。認められた製品ではありません。',
            en: 'An example to try how this works. Not an approved product.',
          })}
        />
      ) : null}
    </>
  )
}

/** Whose record: a sentence where there is no choice, else a question. */
function ForWhom({ lang, props }: { lang: Lang; props: ConsentProps }): ReactNode {
  const { forWhom, by } = props
  const [first, ...more] = forWhom
  const label = by === 'staff' ? t(lang, { ja: 'どの患者か', en: 'Which patient' }) : t(lang, { ja: '誰の記録か', en: 'Whose record' })
  if (first === undefined)
    return by === 'staff' ? (
      <p>{t(lang, { ja: 'あなたが見てよい患者の記録が対象です。', en: 'This is about the patients whose records you may see.' })}</p>
    ) : null
  if (more.length === 0)
    return (
      <>
        <input type="hidden" name="for" value={first.id} />
        <DefinitionList
          items={[
            {
              term: label,
              value: (
                <>
                  <Ja>{first.name}</Ja>
                  {by === 'staff' ? null : t(lang, { ja: `（${relations[first.as].ja}）`, en: ` (${relations[first.as].en})` })}
                </>
              ),
            },
          ]}
        />
      </>
    )
  return (
    <RadioGroup
      lang={lang}
      name="for"
      label={label}
      value={first.id}
      options={forWhom.map(({ id, name, as }) => ({ value: id, label: name, hint: t(lang, relations[as]) }))}
    />
  )
}

/** Parts that stand ticked: what a refused answer had, else what was let in before, else all but writing. */
function tickedOf(props: ConsentProps, parts: readonly Part[]): Set<string> {
  if (props.error !== null) return new Set(props.error.ticked)
  if (props.previous !== null) return new Set(askedParts(props.previous.scopes).map(({ id }) => id))
  return new Set(parts.filter((part) => part.act === 'read').map(({ id }) => id))
}

function Parts({ lang, parts, props }: { lang: Lang; parts: readonly Part[]; props: ConsentProps }): ReactNode {
  const ticked = tickedOf(props, parts)
  const known = props.previous === null ? null : new Set(askedParts(props.previous.scopes).map(({ id }) => id))
  const choice = (part: Part) => (
    <PartChoice key={part.id} lang={lang} part={part} ticked={ticked.has(part.id)} isNew={known !== null && !known.has(part.id)} />
  )
  const of = (which: (part: Part) => boolean) => parts.filter(which).map(choice)
  const reading = of((part) => part.act === 'read' && part.group !== 'away')
  const writing = of((part) => part.act === 'write')
  const away = of((part) => part.group === 'away')
  return (
    <>
      <fieldset className="field" id="field-part">
        <legend>{t(lang, { ja: '見るもの', en: 'What it may see' })}</legend>
        {reading.length > 0 ? reading : <p>{t(lang, { ja: '記録は見ません。', en: 'It sees nothing of the record.' })}</p>}
      </fieldset>
      {parts.some((part) => part.everyone) && props.by === 'staff' ? (
        <Banner
          tone="attention"
          lang={lang}
          title={t(lang, {
            ja: 'このアプリは、1人の患者だけでなく、あなたが見てよいすべての患者について求めています。',
            en: 'This app asks about every patient you may see, not about one patient alone.',
          })}
        />
      ) : null}
      {writing.length > 0 ? (
        <>
          <Banner
            tone="attention"
            lang={lang}
            title={t(lang, {
              ja: 'このアプリは、記録に書き込むことも求めています。書いたものは、ほかの医療機関にも見えることがあります。',
              en: 'This app also asks to write into the record. What it writes may be seen by other institutions.',
            })}
          />
          <fieldset className="field">
            <legend>{t(lang, { ja: '書き込むもの', en: 'What it may write' })}</legend>
            {writing}
          </fieldset>
        </>
      ) : null}
      {away.length > 0 ? (
        <fieldset className="field">
          <legend>{t(lang, { ja: 'いつ見るか', en: 'When it looks' })}</legend>
          {away}
        </fieldset>
      ) : null}
    </>
  )
}

function PartChoice({ lang, part, ticked, isNew }: { lang: Lang; part: Part; ticked: boolean; isNew: boolean }): ReactNode {
  const about = part.about.map((one) => one[lang]).join(lang === 'ja' ? '、' : '; ')
  return (
    <Checkbox
      name="part"
      value={part.id}
      checked={ticked}
      label={
        <>
          {t(lang, part.name)}
          {part.act === 'write' ? t(lang, { ja: 'を書き込む', en: ': write' }) : null}
          {isNew ? (
            <>
              {' '}
              <Tag tone="attention">{t(lang, { ja: '新しく求めています', en: 'Newly asked' })}</Tag>
            </>
          ) : null}
        </>
      }
      hint={about}
    />
  )
}

/** For how long, and how it is ended. */
function HowLong({ lang, props, away }: { lang: Lang; props: ConsentProps; away: boolean }): ReactNode {
  const list = props.by === 'staff' ? '/clinic/account/apps' : '/me/apps'
  const days = String(props.refreshDays)
  return (
    <Section title={t(lang, { ja: 'いつまで、どうやめるか', en: 'For how long, and how to end it' })}>
      <ul>
        <li>
          {away
            ? t(lang, {
                ja: `「あなたが使っていないときも見る」に印があれば、あなたがやめさせるまでです。${days}日使われなければ、自動で終わります。印がなければ、アプリを閉じるとまもなく終わります。`,
                en: `With “Also when you are away” marked: until you end it, or by itself after ${days} days without use. Without it: soon after you close the app.`,
              })
            : t(lang, { ja: 'アプリを閉じると、まもなく終わります。', en: 'It ends soon after you close the app.' })}
        </li>
        <li>
          {t(lang, { ja: 'いつでも「', en: 'You can end it at any time under ' })}
          <a href={list}>{t(lang, { ja: 'つながっているアプリ', en: 'Connected apps' })}</a>
          {t(lang, { ja: '」で、やめさせられます。次の閲覧から見えなくなります。', en: '. From the next look on it sees nothing.' })}
        </li>
        <li>
          {props.by === 'staff'
            ? t(lang, {
                ja: 'アプリが見たことは、あなたの閲覧として、患者本人にも見える記録に残ります。',
                en: 'What the app looks at is logged as your access, where the patient can see it.',
              })
            : t(lang, {
                ja: 'まだ伝えられていないことなど、あなたに見えないものは、アプリにも見えません。アプリがいつ見たかは「誰が見たか」に残ります。',
                en: 'What you cannot see yourself, the app cannot see either. When it looked is written under “Access”.',
              })}
        </li>
        <li>
          {t(lang, {
            ja: 'アプリが受け取った情報のその後の扱いは、アプリをつくった人の約束によります。',
            en: 'What becomes of the information once the app has it is a matter of what its maker promises.',
          })}
        </li>
        {props.previous === null ? null : (
          <li>
            {t(lang, {
              ja: `前に見せると決めた日：${formatDate(props.previous.at, lang)}。前に決めたことは、「つながっているアプリ」でやめさせるまで、そのまま残ります。`,
              en: `You let it in before, on ${formatDate(props.previous.at, lang)}. That stays as it was until you end it under “Connected apps”.`,
            })}
          </li>
        )}
      </ul>
    </Section>
  )
}
