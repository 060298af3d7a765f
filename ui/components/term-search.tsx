import type { ReactNode } from 'react'
import { type Lang, t } from '../messages.ts'
import { fieldId } from './form.tsx'

export interface TermSearchProps {
  lang: Lang
  /** Name of the control; a form without script sends what was typed under it. */
  name: string
  label: string
  hint?: ReactNode | undefined
  value?: string | undefined
  /** Code systems to search; all that are loaded where absent. */
  systems?: readonly string[] | undefined
  /** Where a chosen term leads, with `{system}` and `{code}`; without it the term is put into the form (`name-system`, `name-code`). */
  href?: string | undefined
  maxLength?: number | undefined
}

/**
 * Finds a standard code as one types: by kanji, kana of any width, or the code. Without script it is a text field of its form. The island
 * `term-search` makes it a combobox: arrows move, Enter chooses, Escape closes.
 */
export function TermSearch({ lang, name, label, hint, value, systems = [], href, maxLength = 100 }: TermSearchProps): ReactNode {
  const id = fieldId(name)
  return (
    <div className="field term-search" data-term-search="" data-term-systems={systems.join(' ')} data-term-href={href}>
      <label htmlFor={id}>{label}</label>
      {hint ? (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      <div className="term-search-box">
        <input
          className="input input-full"
          type="search"
          id={id}
          name={name}
          defaultValue={value}
          maxLength={maxLength}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          data-search=""
          aria-describedby={hint ? `${id}-hint` : undefined}
        />
        <div
          className="term-search-list"
          id={`${id}-list`}
          role="listbox"
          aria-label={t(lang, { ja: `候補：${label}`, en: `Suggestions: ${label}` })}
          hidden
        />
      </div>
      <p className="visually-hidden" role="status" data-term-status="" />
      {href === undefined ? (
        <>
          <input type="hidden" name={`${name}-system`} data-term-system="" />
          <input type="hidden" name={`${name}-code`} data-term-code="" />
        </>
      ) : null}
    </div>
  )
}
