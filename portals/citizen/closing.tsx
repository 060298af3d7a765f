import type { ReactNode } from 'react'
import { type Closing, type Closure, mayDecide, whatIsClosed } from '#care/consent'
import type { Lang, Sentence } from '#kernel/language'
import {
  Button,
  ButtonRow,
  Card,
  Checkbox,
  DefinitionList,
  EmptyState,
  Form,
  Ja,
  LinkButton,
  Section,
  Select,
  Stack,
  Tag,
  Time,
  t,
} from '#ui'
import { type About, citizenPage } from './frame.tsx'
import { OnlyThemselves } from './sharing/only-themselves.tsx'

export const PLACE = '/me/consents/closing'
const CHECK = `${PLACE}/check`

type Named = { institutionNumber: string; institutionName: string }
export type ClosingView = {
  closures: readonly Closure[]
  institutions: readonly Named[]
  item: { type: string; id: string; name: string } | null
  /** What closed items are called, by `Type/id`. */
  itemNames: ReadonlyMap<string, string>
}

const titles: Record<Closing['what'], Sentence> = {
  everything: { ja: 'すべての医療機関に見せない', en: 'No institution may see my record' },
  institution: { ja: 'この医療機関には見せない', en: 'This institution may not see my record' },
  item: { ja: 'この記録を見せない', en: 'This item is not shown' },
}

const effects: readonly Sentence[] = [
  {
    ja: '次に画面が開かれたときから、すぐに効きます。受付のカードリーダーで同意しても、見せません。',
    en: 'It works at once, from the next look on. A consent at a card reader does not open it again.',
  },
  {
    ja: 'その医療機関が自分で書いた記録と、その医療機関あての紹介状は、これまでどおり見られます。',
    en: 'What an institution wrote itself, and letters addressed to it, stay visible to it.',
  },
  {
    ja: '飲み合わせや、アレルギーに、ほかの医療機関が気づけないことがあります。',
    en: 'Others may miss drugs that do not go together, and allergies.',
  },
  { ja: 'いつでも元に戻せます。理由は要りません。', en: 'You can undo it at any time, without a reason.' },
]

const Absolute = ({ lang, name }: { lang: Lang; name: string }): ReactNode => (
  <Checkbox
    name={name}
    value="1"
    label={t(lang, { ja: '命が危ないときや災害のときも、見せない', en: 'Not even where my life is at stake, or in a disaster' })}
    hint={t(lang, {
      ja: '選ばなければ、意識がないときなどに限って、理由を残したうえで見られることがあります。見たことは「誰が見たか」に残ります。',
      en: 'If you leave this, staff may look where you are unconscious, with a reason on record. It stands in ‘Who looked’.',
    })}
  />
)

type Names = { institution: (number: string) => string; item: (closure: Closure) => string }

function Closed({ closure, names, lang, decides }: { closure: Closure; names: Names; lang: Lang; decides: boolean }): ReactNode {
  const what = whatIsClosed(closure)
  const name = what === 'institution' ? names.institution(closure.institutionNumber) : ''
  const detail = what === 'item' ? [{ term: t(lang, { ja: '記録', en: 'Item' }), value: <Ja>{names.item(closure)}</Ja> }] : []
  return (
    <Card
      title={what === 'institution' ? <Ja>{name}</Ja> : t(lang, titles[what])}
      footer={
        decides ? (
          <ButtonRow>
            <LinkButton
              href={`${PLACE}/${encodeURIComponent(closure.closureId)}/reopen`}
              variant="secondary"
              ariaLabel={t(lang, { ja: `元に戻す：${name || titles[what].ja}`, en: `Undo: ${name || titles[what].en}` })}
            >
              {t(lang, { ja: '元に戻す…', en: 'Undo…' })}
            </LinkButton>
          </ButtonRow>
        ) : null
      }
    >
      {closure.absolute ? (
        <p>
          <Tag tone="attention">{t(lang, { ja: '命が危ないときも見せません', en: 'Not even where life is at stake' })}</Tag>
        </p>
      ) : null}
      <DefinitionList
        items={[
          ...detail,
          { term: t(lang, { ja: '決めた日時', en: 'Since' }), value: <Time value={closure.since} lang={lang} withTime /> },
        ]}
      />
    </Card>
  )
}

/** What items are called, each name once; the first one's type and id where none has a name. */
function namesOf(items: readonly { type: string; id: string }[], known: ReadonlyMap<string, string>): string {
  const ids = items.map(({ type, id }) => `${type}/${id}`)
  const names = new Set(ids.flatMap((one) => (known.has(one) && known.get(one) !== one ? [known.get(one)!] : [])))
  return [...names].join('、') || ids[0]!
}

function Now({ view, lang, decides }: { view: ClosingView; lang: Lang; decides: boolean }): ReactNode {
  const open = view.closures.filter((c) => c.endedAt === null)
  const names: Names = {
    institution: (number) => view.institutions.find((one) => one.institutionNumber === number)?.institutionName ?? number,
    item: ({ type, id, alike = [] }) => namesOf([{ type, id }, ...alike], view.itemNames),
  }
  return (
    <Section title={t(lang, { ja: 'いま見せないと決めていること', en: 'What you keep closed now' })}>
      {open.length === 0 ? (
        <EmptyState lang={lang} title={t(lang, { ja: 'ありません', en: 'Nothing' })}>
          <p>
            {t(lang, {
              ja: '同意した医療機関だけが、決めた期限まで見られます。',
              en: 'Institutions you agreed to see your record, until the day you set.',
            })}
          </p>
        </EmptyState>
      ) : (
        <Stack>
          {open.map((closure) => (
            <Closed key={closure.closureId} closure={closure} names={names} lang={lang} decides={decides} />
          ))}
        </Stack>
      )}
    </Section>
  )
}

const Effects = ({ lang }: { lang: Lang }): ReactNode => (
  <Section title={t(lang, { ja: '見せないと決めると、どうなるか', en: 'What it changes' })}>
    <ul>
      {effects.map((one) => (
        <li key={one.en}>{t(lang, one)}</li>
      ))}
    </ul>
  </Section>
)

function Choices({ view, lang }: { view: ClosingView; lang: Lang }): ReactNode {
  const { item, institutions, closures } = view
  const shut = closures.some((c) => c.endedAt === null && whatIsClosed(c) === 'everything')
  return (
    <>
      {item === null ? null : (
        <Section title={t(lang, titles.item)}>
          <Form action={CHECK} method="get" hidden={{ what: 'item', type: item.type, id: item.id }}>
            <p>
              <strong>
                <Ja>{item.name}</Ja>
              </strong>
            </p>
            <Absolute lang={lang} name="absolute" />
            <Button>{t(lang, { ja: 'この記録を見せない…', en: 'Do not show this item…' })}</Button>
          </Form>
        </Section>
      )}
      {institutions.length === 0 ? null : (
        <Section title={t(lang, { ja: '医療機関を選んで見せない', en: 'Close it to one institution' })}>
          <Form action={CHECK} method="get" hidden={{ what: 'institution' }}>
            <Select
              lang={lang}
              name="institutionNumber"
              label={t(lang, { ja: '医療機関', en: 'Institution' })}
              options={institutions.map((one) => ({ value: one.institutionNumber, label: one.institutionName }))}
            />
            <Absolute lang={lang} name="absolute" />
            <Button variant="secondary">{t(lang, { ja: 'この医療機関には見せない…', en: 'Do not show it to them…' })}</Button>
          </Form>
        </Section>
      )}
      {shut ? null : (
        <Section title={t(lang, titles.everything)}>
          <Form action={CHECK} method="get" hidden={{ what: 'everything' }}>
            <Absolute lang={lang} name="absolute" />
            <Button variant="danger">{t(lang, { ja: 'どこにも見せない…', en: 'Show it to nobody…' })}</Button>
          </Form>
        </Section>
      )}
    </>
  )
}

export function closingPage(about: About, view: ClosingView): string {
  const { lang } = about
  return citizenPage(about, {
    here: '/me/consents',
    title: t(lang, { ja: '見せない設定', en: 'Keep it closed' }),
    lead: t(lang, {
      ja: 'あなたの記録を、どこにも見せない、この医療機関には見せない、この記録だけは見せない、と決められます。',
      en: 'You can close your whole record, close it to one institution, or keep one item back.',
    }),
    breadcrumbs: [{ href: '/me/consents', label: t(lang, { ja: '同意', en: 'Consents' }) }],
    children: (
      <>
        <Now view={view} lang={lang} decides={mayDecide(about.actsFor)} />
        <Effects lang={lang} />
        {mayDecide(about.actsFor) ? <Choices view={view} lang={lang} /> : <OnlyThemselves lang={lang} />}
      </>
    ),
  })
}
