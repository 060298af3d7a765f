import type { InputHTMLAttributes, ReactNode } from 'react'
import { Icon } from '../icons.tsx'
import type { Lang } from '../messages.ts'
import { word } from '../messages.ts'

/** The id of the control with this name: error summaries link to it. */
export const fieldId = (name: string): string => `field-${name}`

/** A form that posts; `hidden` carries tokens and keys along. */
export function Form(props: {
  action: string
  method?: 'post' | 'get' | undefined
  hidden?: Record<string, string> | undefined
  label?: string | undefined
  children: ReactNode
}): ReactNode {
  const { action, method = 'post', hidden = {}, label, children } = props
  return (
    <form className="form" action={action} method={method} noValidate aria-label={label}>
      {Object.entries(hidden).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {children}
    </form>
  )
}

export interface FieldError {
  /** Name of the control it belongs to; absent for the form as a whole. */
  name?: string | undefined
  message: string
}

/** All that was refused, above the form, each a link to its control. */
export function ErrorSummary({ lang, errors }: { lang: Lang; errors: readonly FieldError[] }): ReactNode {
  if (errors.length === 0) return null
  return (
    <div className="error-summary" role="alert">
      <Icon name="cross" />
      <div>
        <h2>{word(lang, 'errorsFound')}</h2>
        <ul>
          {errors.map((error) => (
            <li key={`${error.name}${error.message}`}>
              {error.name ? <a href={`#${fieldId(error.name)}`}>{error.message}</a> : error.message}
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

interface Labelled {
  lang: Lang
  name: string
  label: string
  hint?: ReactNode | undefined
  error?: string | undefined
  required?: boolean | undefined
}

const describedBy = ({ name, hint, error }: Labelled): string | undefined =>
  [hint ? `${fieldId(name)}-hint` : '', error ? `${fieldId(name)}-error` : ''].filter(Boolean).join(' ') || undefined

function Notes({ name, hint, error, lang }: Labelled): ReactNode {
  return (
    <>
      {hint ? (
        <p className="field-hint" id={`${fieldId(name)}-hint`}>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p className="field-error" id={`${fieldId(name)}-error`}>
          <Icon name="cross" />
          <span>
            <span className="visually-hidden">{word(lang, 'error')}: </span>
            {error}
          </span>
        </p>
      ) : null}
    </>
  )
}

const RequiredMark = ({ lang, required }: { lang: Lang; required?: boolean | undefined }): ReactNode =>
  required ? (
    <span className="field-required">{lang === 'ja' ? `（${word(lang, 'required')}）` : ` (${word(lang, 'required')})`}</span>
  ) : null

/** Label, hint and error around one control that carries `fieldId(name)`. */
export function Field(props: Labelled & { children: ReactNode }): ReactNode {
  return (
    <div className={props.error ? 'field field-invalid' : 'field'}>
      <label htmlFor={fieldId(props.name)}>
        {props.label} <RequiredMark lang={props.lang} required={props.required} />
      </label>
      <Notes {...props} />
      {props.children}
    </div>
  )
}

const control = (props: Labelled) => ({
  id: fieldId(props.name),
  name: props.name,
  required: props.required,
  'aria-invalid': props.error ? true : undefined,
  'aria-describedby': describedBy(props),
})

export interface TextInputProps extends Labelled {
  type?: 'text' | 'password' | 'search' | 'date' | 'number' | 'email' | 'tel' | undefined
  /** What was typed before; kept through every error. Never given for passwords. */
  value?: string | undefined
  inputMode?: InputHTMLAttributes<HTMLInputElement>['inputMode'] | undefined
  autoComplete?: string | undefined
  maxLength?: number | undefined
  /** Width in full-width characters the answer needs. */
  width?: 'short' | 'medium' | 'full' | undefined
  autoFocus?: boolean | undefined
  /** More than one line high. */
  rows?: number | undefined
}

/** One line of text, or several with `rows`. */
export function TextInput(props: TextInputProps): ReactNode {
  const shared = { ...control(props), defaultValue: props.value, autoComplete: props.autoComplete, maxLength: props.maxLength }
  const className = `input input-${props.width ?? 'full'}`
  return (
    <Field {...props}>
      {props.rows ? (
        <textarea {...shared} className={className} rows={props.rows} />
      ) : (
        <input
          {...shared}
          className={className}
          type={props.type ?? 'text'}
          inputMode={props.inputMode}
          // biome-ignore lint/a11y/noAutofocus: asked for only where the field is the page's one question, such as patient search
          autoFocus={props.autoFocus}
          data-search={props.type === 'search' ? '' : undefined}
        />
      )}
    </Field>
  )
}

export interface Option {
  value: string
  label: string
  hint?: ReactNode | undefined
  disabled?: boolean | undefined
}

/** One out of a longer list. */
export function Select(props: Labelled & { options: readonly Option[]; value?: string | undefined }): ReactNode {
  return (
    <Field {...props}>
      <select {...control(props)} className="input input-medium" defaultValue={props.value}>
        {props.options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  )
}

/** Controls under one question. */
export function Fieldset(props: Labelled & { children: ReactNode }): ReactNode {
  return (
    <fieldset
      className={props.error ? 'field field-invalid' : 'field'}
      id={fieldId(props.name)}
      aria-describedby={describedBy(props)}
      tabIndex={-1}
    >
      <legend>
        {props.label} <RequiredMark lang={props.lang} required={props.required} />
      </legend>
      <Notes {...props} />
      {props.children}
    </fieldset>
  )
}

interface ChoiceProps {
  name: string
  value: string
  label: ReactNode
  hint?: ReactNode | undefined
  checked?: boolean | undefined
  disabled?: boolean | undefined
}

function Choice({ type, name, value, label, hint, checked, disabled }: ChoiceProps & { type: 'radio' | 'checkbox' }): ReactNode {
  const id = `${fieldId(name)}-${value}`
  return (
    <div className="choice">
      <input
        type={type}
        id={id}
        name={name}
        value={value}
        defaultChecked={checked}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {hint ? (
          <p className="field-hint" id={`${id}-hint`}>
            {hint}
          </p>
        ) : null}
      </div>
    </div>
  )
}

/** One yes-or-no; `value` is what is posted when ticked. */
export const Checkbox = (props: ChoiceProps): ReactNode => <Choice type="checkbox" {...props} />

/** One of several that share a name. */
export const Radio = (props: ChoiceProps): ReactNode => <Choice type="radio" {...props} />

/** A question with one answer. */
export function RadioGroup(props: Labelled & { options: readonly Option[]; value?: string | undefined }): ReactNode {
  return (
    <Fieldset {...props}>
      {props.options.map((option) => (
        <Radio key={option.value} name={props.name} checked={option.value === props.value} {...option} />
      ))}
    </Fieldset>
  )
}

/** A question with any number of answers. */
export function CheckboxGroup(props: Labelled & { options: readonly Option[]; values?: readonly string[] | undefined }): ReactNode {
  return (
    <Fieldset {...props}>
      {props.options.map((option) => (
        <Checkbox key={option.value} name={props.name} checked={props.values?.includes(option.value) ?? false} {...option} />
      ))}
    </Fieldset>
  )
}
