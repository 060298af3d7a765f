import type { ReactNode } from 'react'

/** primary: the one next step of a view. secondary: other steps. quiet: beside text. danger: cannot be undone. */
export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger'

interface Look {
  variant?: ButtonVariant | undefined
  size?: 'normal' | 'large' | undefined
  /** One key for desks, listed under `?`. */
  shortcut?: string | undefined
  /** Further words for screen readers where the label alone is not enough: '検査結果の同意を取り消す'. */
  ariaLabel?: string | undefined
  children: ReactNode
}

export interface ButtonProps extends Look {
  type?: 'submit' | 'button' | undefined
  name?: string | undefined
  value?: string | undefined
  formAction?: string | undefined
  disabled?: boolean | undefined
}

export interface LinkButtonProps extends Look {
  href: string
  download?: boolean | undefined
}

function look({ variant = 'secondary', size, shortcut, ariaLabel }: Look) {
  return {
    className: `button button-${variant}${size === 'large' ? ' button-large' : ''}`,
    'data-shortcut': shortcut,
    'aria-keyshortcuts': shortcut,
    'aria-label': ariaLabel,
  }
}

/** A button that submits its form. */
export function Button(props: ButtonProps): ReactNode {
  const { type = 'submit', name, value, formAction, disabled, children } = props
  return (
    <button type={type} name={name} value={value} formAction={formAction} disabled={disabled} {...look(props)}>
      {children}
    </button>
  )
}

/** A link that looks like a button: goes somewhere, changes nothing. */
export function LinkButton(props: LinkButtonProps): ReactNode {
  return (
    <a href={props.href} download={props.download} {...look(props)}>
      {props.children}
    </a>
  )
}

/** Buttons side by side, the primary one first; they stack at phone width. */
export function ButtonRow({ children }: { children: ReactNode }): ReactNode {
  return <div className="button-row">{children}</div>
}
