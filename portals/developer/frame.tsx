import type { ReactNode } from 'react'
import { type Actor, institutionNameIn } from '#kernel/context'
import { type Lang, Page, type PageProps, t } from '#ui'

/** What every page needs of its request. `base`: address of the FHIR surface. */
export type PageOf = { lang: Lang; path: string; actor: Actor; demo: boolean; base: string }

const places = [
  { href: '/developer', ja: 'つなぐ', en: 'Connect' },
  { href: '/developer/check', ja: 'ファイルを確かめる', en: 'Check a file' },
  { href: '/developer/query', ja: '検索を試す', en: 'Try a query' },
  { href: '/developer/parameters', ja: '検索条件', en: 'Parameters' },
  { href: '/developer/terminology', ja: '標準コード', en: 'Standard codes' },
] as const

type FrameProps = Omit<PageProps, 'lang' | 'audience' | 'path' | 'nav' | 'user' | 'demo' | 'islands'> & {
  on: PageOf
  here: (typeof places)[number]['href']
}

/** The frame of the developers' pages. */
export function DeveloperPage({ on, here, ...props }: FrameProps): ReactNode {
  const { lang, path, actor, demo } = on
  const nav = places.map(({ href, ...label }) => ({ href, label: label[lang], current: href === here }))
  const user =
    actor.kind === 'staff'
      ? { name: actor.name, detail: institutionNameIn(actor, lang) }
      : actor.kind === 'citizen'
        ? { name: actor.name }
        : undefined
  return (
    <Page
      {...props}
      lang={lang}
      audience="staff"
      path={path}
      nav={nav}
      user={user}
      demo={demo}
      islands={here === '/developer/terminology' ? ['query', 'term-search'] : ['query', 'drop']}
    />
  )
}

/** Text for machines, set in a fixed pitch. `copy`: a button takes it to the clipboard, where the browser runs script. */
export function CodeBlock({ text, lang, label, id }: { text: string; lang: Lang; label: string; id: string }): ReactNode {
  return (
    <div className="code-block">
      <pre className="code" id={id}>
        <code lang={/[぀-鿿]/.test(text) ? 'ja' : 'en'}>{text}</code>
      </pre>
      <CopyButton of={id} lang={lang} label={label} />
    </div>
  )
}

/** Shown by the island alone: without script there is nothing it could do. */
export function CopyButton({ of, lang, label }: { of: string; lang: Lang; label: string }): ReactNode {
  return (
    <button type="button" className="button button-quiet code-copy" data-copy={of} hidden>
      {t(lang, { ja: 'コピー', en: 'Copy' })}
      <span className="visually-hidden">{t(lang, { ja: `：${label}`, en: `: ${label}` })}</span>
    </button>
  )
}

/** A word for machines inside a sentence. */
export const Code = ({ children }: { children: ReactNode }): ReactNode => <code className="code-inline">{children}</code>
