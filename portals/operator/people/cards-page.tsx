import type { ReactNode } from 'react'
import { type CardEvent, type CardLink, type CardState, stateOf } from '#care/person'
import {
  Button,
  ButtonRow,
  Details,
  EmptyState,
  Form,
  type Lang,
  RadioGroup,
  renderPage,
  Section,
  Select,
  Table,
  Tag,
  TextInput,
  Time,
  t,
  type Words,
} from '#ui'
import { OperatorPage, type PageOf } from '../frame.tsx'

export type CardShown = CardLink & { events: readonly CardEvent[] }
export type CardsShown = { personId: string; path: string; name: string; cards: readonly CardShown[]; done: boolean }

const states: Record<CardState, Words> = {
  live: { ja: '使えます', en: 'In use' },
  stopped: { ja: '止めています', en: 'Stopped' },
  ended: { ja: '終了', en: 'Ended' },
}
const bases: Record<CardLink['basis'], Words> = {
  insurance: { ja: '保険証としての利用登録', en: 'Registered for insurance' },
  authority: { ja: '更新（発行者の通知）', en: 'Renewed, as its authority says' },
  'both-cards': { ja: '本人が新旧のカードを示した', en: 'The person showed both cards' },
  operator: { ja: '運用担当が結び付けた', en: 'Linked by an operator' },
}
const endings: Record<NonNullable<CardLink['endedBecause']>, Words> = {
  renewed: { ja: '更新', en: 'Renewed' },
  reissued: { ja: '再発行', en: 'Reissued' },
  returned: { ja: '返納', en: 'Given back' },
  operator: { ja: '運用担当が終了', en: 'Ended by an operator' },
}
const whats: Record<CardEvent['what'], Words> = {
  linked: { ja: '結び付け', en: 'Linked' },
  stopped: { ja: '停止', en: 'Stopped' },
  found: { ja: '発見', en: 'Found' },
  ended: { ja: '終了', en: 'Ended' },
}
const whos: Record<string, Words> = {
  citizen: { ja: '本人', en: 'the person' },
  staff: { ja: '運用担当', en: 'an operator' },
  authority: { ja: '発行者', en: 'the authority' },
}

export const cardName = ({ issuer, serial }: { issuer: string; serial: string }): string => `${issuer} ${serial}`

export function cardsPage(on: PageOf, shown: CardsShown): string {
  const { lang } = on
  const title = t(lang, { ja: 'マイナンバーカード', en: 'My Number Cards' })
  const open = shown.cards.filter((card) => card.endedAt === null)
  return renderPage(
    <OperatorPage
      on={on}
      here="/operator/people"
      title={title}
      breadcrumbs={[
        { href: '/operator/people', label: t(lang, { ja: '人の登録', en: 'People' }) },
        { href: shown.path, label: shown.name },
      ]}
      lead={t(lang, {
        ja: 'この人に結び付いたカードの証明書です。カードが替わっても、人は同じです。',
        en: 'Certificates of cards that lead to this person. Cards change; the person stays the same.',
      })}
    >
      {shown.done ? <p role="status">{t(lang, { ja: '変更しました。', en: 'Done.' })}</p> : null}
      <CardTable lang={lang} cards={shown.cards} />
      {open.length === 0 ? null : <ActForm lang={lang} path={shown.path} open={open} />}
      <ReplaceForm lang={lang} path={shown.path} open={open} />
    </OperatorPage>,
  )
}

function CardTable({ lang, cards }: { lang: Lang; cards: readonly CardShown[] }): ReactNode {
  const title = t(lang, { ja: 'カードの履歴', en: 'Cards, past and present' })
  return (
    <Section title={title}>
      <Table<CardShown>
        lang={lang}
        caption={title}
        captionHidden
        rows={cards}
        rowKey={cardName}
        empty={<EmptyState lang={lang} title={t(lang, { ja: '結び付いたカードはありません', en: 'No card leads to this person' })} />}
        columns={[
          {
            key: 'serial',
            header: t(lang, { ja: '証明書の番号', en: 'Certificate' }),
            cell: (row) => <span className="number breakable">{row.serial}</span>,
          },
          {
            key: 'state',
            header: t(lang, { ja: '状態', en: 'State' }),
            cell: (row) => (
              <>
                <Tag tone={stateOf(row) === 'live' ? 'success' : stateOf(row) === 'stopped' ? 'attention' : undefined}>
                  {t(lang, states[stateOf(row)])}
                </Tag>{' '}
                {row.endedBecause ? t(lang, endings[row.endedBecause]) : ''}
              </>
            ),
          },
          { key: 'basis', header: t(lang, { ja: '結び付いた理由', en: 'Why it leads here' }), cell: (row) => t(lang, bases[row.basis]) },
          { key: 'linked', header: t(lang, { ja: '結び付いた日', en: 'Since' }), cell: (row) => <Time value={row.linkedAt} lang={lang} /> },
          {
            key: 'events',
            header: t(lang, { ja: 'できごと', en: 'What happened' }),
            cell: (row) => <Events lang={lang} events={row.events} />,
          },
        ]}
      />
    </Section>
  )
}

function Events({ lang, events }: { lang: Lang; events: readonly CardEvent[] }): ReactNode {
  if (events.length === 0) return '—'
  return (
    <ul>
      {events.map((event) => (
        <li key={`${event.at.toISOString()} ${event.what}`}>
          {t(lang, whats[event.what])} <Time value={event.at} lang={lang} withTime />{' '}
          {whos[event.byKind] ? t(lang, { ja: `（${whos[event.byKind]!.ja}）`, en: `by ${whos[event.byKind]!.en}` }) : ''}
        </li>
      ))}
    </ul>
  )
}

type Acting = { lang: Lang; path: string; open: readonly CardShown[] }

const cardOptions = (lang: Lang, open: readonly CardShown[]) =>
  open.map((card) => ({ value: cardName(card), label: `${card.serial}（${t(lang, states[stateOf(card)])}）` }))

function ActForm({ lang, path, open }: Acting): ReactNode {
  const title = t(lang, { ja: 'カードを止める・戻す・終わらせる', en: 'Stop, restore or end a card' })
  return (
    <Details summary={title}>
      <Form action={`${path}/cards`} label={title}>
        <Select
          lang={lang}
          name="card"
          label={t(lang, { ja: 'どのカード', en: 'Which card' })}
          options={cardOptions(lang, open)}
          required
        />
        <RadioGroup
          lang={lang}
          name="act"
          label={t(lang, { ja: '何をするか', en: 'What to do' })}
          value="stop"
          options={[
            { value: 'stop', label: t(lang, { ja: '止める（なくした・盗まれた）', en: 'Stop it (lost or stolen)' }) },
            { value: 'found', label: t(lang, { ja: 'また使えるようにする（見つかった）', en: 'Let it work again (found)' }) },
            { value: 'return', label: t(lang, { ja: '終わらせる（返納した）', en: 'End it (given back)' }) },
            { value: 'end', label: t(lang, { ja: '終わらせる（別の人のカードだった）', en: 'End it (it was somebody else’s)' }) },
          ]}
        />
        <p>{t(lang, { ja: '終わらせたカードは、もう使えません。', en: 'A card that was ended never works again.' })}</p>
        <ButtonRow>
          <Button variant="danger">{t(lang, { ja: '実行する', en: 'Do it' })}</Button>
        </ButtonRow>
      </Form>
    </Details>
  )
}

function ReplaceForm({ lang, path, open }: Acting): ReactNode {
  const title = t(lang, { ja: '新しいカードに替える', en: 'Replace a card' })
  if (open.length === 0) return null
  return (
    <Details summary={title}>
      <p>
        {t(lang, {
          ja: '更新・再発行されたカードを、この人に結び付けます。ふだんは、カードリーダーで自動で、または新旧2枚を示して結び付きます。',
          en: 'Links a renewed or reissued card to this person. Usually this happens at the card reader, by itself or with both cards.',
        })}
      </p>
      <Form action={`${path}/cards/replace`} label={title}>
        <Select
          lang={lang}
          name="card"
          label={t(lang, { ja: '前のカード', en: 'The old card' })}
          options={cardOptions(lang, open)}
          required
        />
        <TextInput
          lang={lang}
          name="serial"
          label={t(lang, { ja: '新しいカードの証明書の番号（16進）', en: 'Certificate number of the new card (hexadecimal)' })}
          width="medium"
          maxLength={40}
          autoComplete="off"
          required
        />
        <ButtonRow>
          <Button>{t(lang, { ja: '結び付けて、前のカードを終わらせる', en: 'Link it and end the old card' })}</Button>
        </ButtonRow>
      </Form>
    </Details>
  )
}
