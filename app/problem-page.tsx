import type { Actor } from '#kernel/context'
import type { Lang } from '#kernel/language'
import type { Refusal } from '#kernel/refusal'
import { LinkButton, ProblemPage, renderPage, t } from '#ui'

type About = { refusal: Refusal; sentence: string; code: string; lang: Lang; actor: Actor; url: string; demo: boolean }

const title = { ja: '表示できません', en: 'This cannot be shown' }

/** Where each kind of caller goes on from a refusal. */
const home: Record<Actor['kind'], string> = { public: '/', citizen: '/me', staff: '/clinic', system: '/' }

export function problemPage({ refusal, sentence, code, lang, actor, url, demo }: About): string {
  const [what, ...todo] = sentence.split(/(?<=。)|(?<=\.) /)
  return renderPage(
    <ProblemPage
      title={t(lang, title)}
      lang={lang}
      audience={actor.kind === 'staff' ? 'staff' : actor.kind === 'citizen' ? 'citizen' : 'public'}
      path={url}
      demo={demo}
      what={what}
      whatToDo={todo.length > 0 ? todo.join(' ') : t(lang, { ja: '前の画面に戻ってやり直してください。', en: 'Go back and try again.' })}
      reference={refusal.detail.reference ?? code}
      action={<LinkButton href={home[actor.kind]}>{t(lang, { ja: 'はじめの画面へ', en: 'To the first page' })}</LinkButton>}
    />,
  )
}
